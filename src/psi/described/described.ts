// SPDX-License-Identifier: Apache-2.0
/** A protocol with all that those need who show it, ask for it on the command line, or attack it. */

import { requireMethods } from '../../arguments.js';
import type { PsiSuite } from '../run/ciphersuite.js';
import type { Given } from '../run/options.js';
import { type ByRole, type Protocol, requireProtocol } from '../run/protocol.js';
import type { SentFrame } from './observe.js';

/** Who learns what, in a sentence each. */
export interface Leakage {
  /** What the protocol tells the receiver: its purpose. */
  readonly result: string;
  /** What the receiver can find out besides, offline. */
  readonly receiver: string;
  /** What the sender can find out. */
  readonly sender: string;
  /** What somebody can find out who reads the line and has no key. */
  readonly outsider: string;
  /** What a receiver can find out who fills its list with invented identifiers. */
  readonly enumerating: string;
}

/** What a party draws from its randomness before anything else, in order. */
export type Draw =
  | 'nonce'
  /** Scalars: `scalar` is one that all its elements are multiplied by, `blind` one of each element. */
  | { readonly kind: 'scalar' | 'blind'; readonly count: number }
  /** The bytes that a party's Delta is made of. */
  | { readonly kind: 'delta'; readonly count: number };

/** How the command line asks for an option. */
export interface OptionFlag {
  /** As commander reads it, such as `--to <WHO>`. */
  readonly flags: string;
  /** One line of help. */
  readonly help: string;
  /** The values that can be chosen, where they are few. */
  readonly choices?: readonly string[] | undefined;
  /** The parties that have the flag; both where nothing is said. */
  readonly of?: 'receiver' | 'sender' | undefined;
  /** The value that a text stands for; where nothing is said, the text itself. @throws what `check` would */
  readonly read?: ((text: string) => unknown) | undefined;
  /** What to give, in a sentence, where a text is no value. */
  readonly wanted?: string | undefined;
}

/** A protocol, described. */
export interface DescribedProtocol<
  Own extends ByRole = ByRole,
  Options extends object = object,
  Result extends ByRole = ByRole,
> extends Protocol<Own, Options, Result> {
  /** Its name for people. */
  readonly title: string;
  /** Another protocol that this one is a kind of: comparisons show that one alone. */
  readonly variantOf?: string | undefined;
  /** How the command line asks for options, by their names. */
  readonly flags: { readonly [Name in keyof Options]?: OptionFlag };
  /** Who learns what under these options. */
  leakage(options?: Given<Options>): Leakage;
  /** What a frame is called in reports. @throws {VeilmatchError} `bad-message` */
  nameOf(frame: Uint8Array): string;
  /**
   * The run as anybody sees it who reads the line: an observation of `veilmatch/attack`.
   * @param suite as the option of the run; ristretto255 where nothing is said
   * @throws {VeilmatchError} `bad-message`
   */
  observe(frames: readonly SentFrame[], suite?: PsiSuite): unknown;
  /** What each party draws first of its randomness. Whoever hands that to an attack knows its secrets. */
  readonly draws: {
    /** The receiver's. */
    receiver(own: Own['receiver']): readonly Draw[];
    /** The sender's. */
    sender(own: Own['sender']): readonly Draw[];
  };
}

/** @throws {VeilmatchError} `argument` for what is no protocol that is described */
export function requireDescribed(value: unknown): void {
  requireProtocol(value);
  requireMethods(value, 'The protocol', 'leakage', 'nameOf', 'observe');
  requireMethods((value as DescribedProtocol).draws, 'The draws of the protocol', 'receiver', 'sender');
}
