// SPDX-License-Identifier: Apache-2.0
/**
 * A protocol as a value: all that whoever runs it, keeps it or limits it has to know of it. A protocol is a folder whose
 * `index.ts` makes one of these; `described.ts` beside it adds what is needed to show it, to ask for it and to attack it,
 * which a page that runs it does not load. The list of all of them is in `compare/registry.ts`.
 */

import { requireFunction, requireMethods, requireObject } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import type { Terms } from '../../policy/terms.js';
import { MAX_MODE, type RunKind } from './kind.js';
import type { PsiMachine } from './machine.js';
import { chosen, type Given, type OptionSpec } from './options.js';
import { COMMON_NAMES, type CommonOptions, checkCalls } from './party.js';
import type { Role } from './suite.js';

/** Something of each party. */
export type ByRole<Value = unknown> = Readonly<Record<Role, Value>>;

/** What a party of a protocol over lists brings. */
export interface ListOwn {
  readonly set: IdentifierSet;
}

/** One of the two parties of a protocol. */
export interface Party<Own, Options extends object, Result, Raw> {
  /** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
  machine(own: Own, options: CommonOptions & Given<Options>): PsiMachine<Raw>;
  /**
   * What it takes home of what its machine ended with. Worked out when the line is closed: how long that takes may depend on
   * what is shared.
   * @throws {VeilmatchError} `overflow` and the like: the run itself is complete
   */
  result(own: Own, raw: Raw, signal?: AbortSignal): Promise<Result>;
  /**
   * Whether how long `result` takes tells something that the peer must not know. Otherwise a party with a journal has its
   * result, and has put it where it belongs, before the peer hears that the run is complete for it.
   */
  readonly discreet?: true;
  /** Digests of what it brings, by name: a run is resumed with the same alone. */
  identity(own: Own): Readonly<Record<string, string>>;
}

/**
 * A protocol.
 *
 * @typeParam Own what each party brings: its list and, where the protocol takes them, columns
 * @typeParam Options of the protocol itself, besides those that all have
 * @typeParam Result what each party takes home, in the rows of its list
 *
 * A protocol of any types is a `Protocol`, for those who pass on what they are given.
 */
export interface Protocol<
  Own extends ByRole = ByRole,
  Options extends object = object,
  Result extends ByRole = ByRole,
> extends RunKind {
  readonly options: OptionSpec<Options>;
  /** The party that asks. */
  readonly receiver: Party<Own['receiver'], Options, Result['receiver'], unknown>;
  /** The party that answers. */
  readonly sender: Party<Own['sender'], Options, Result['sender'], unknown>;
  /** What a run of it means for the policy of a party of whose list the other learns something. */
  readonly terms: Terms;
  /**
   * How many files a run takes where parties exchange files: the receiver writes the first one, with all that it can say
   * before it is answered, and from then on they take turns. What would come after the last one tells nobody anything.
   * Undefined where that depends on the lists: such a run needs a channel.
   */
  files?(options: Required<Options>): number;
  /**
   * Where parties exchange files: `hello` where the first of them holds a Hello and nothing else, since the receiver can say nothing more
   * before it is answered. Otherwise it holds an element for each of the receiver's as well.
   */
  readonly opens?: 'hello';
  /** Bytes of the frames that a run has whatever the lists are, where these are more than a few thousand. */
  readonly fixedBytes?: number;
}

/** @throws {VeilmatchError} `argument` for what is no protocol */
export function requireProtocol(value: unknown): void {
  requireObject(value, 'The protocol', 'id');
  const { mode, receiver, sender, terms, options, files } = value as Protocol;
  if (!Number.isInteger(mode) || mode < 0 || mode > MAX_MODE) {
    throw new VeilmatchError(
      'argument',
      `The mode of the protocol must be a whole number from 0 to ${MAX_MODE}.`,
    );
  }
  for (const party of [receiver, sender]) {
    requireMethods(party, 'A party of the protocol', 'machine', 'result', 'identity');
  }
  requireMethods(terms, 'The terms of the protocol', 'charge');
  if (files !== undefined) requireFunction(files, "The protocol's files");
  requireObject(options, 'The options of the protocol');
  for (const option of Object.values(options)) {
    requireMethods(option, 'An option of the protocol', 'check');
  }
}

/** What a party may be told, of a protocol: other names are mistyped. */
export function optionNames(protocol: Pick<Protocol, 'options'>): Record<string, true> {
  const own = Object.fromEntries(Object.keys(protocol.options).map((name) => [name, true as const]));
  return { ...COMMON_NAMES, ...own };
}

/**
 * What a machine takes of the options of whoever drives it, checked, with every default filled in.
 * @throws {VeilmatchError} `argument` for a value that cannot be right
 */
export function machineOptions<Options extends object>(
  protocol: { readonly options: OptionSpec<Options> },
  options: object,
): Omit<CommonOptions, 'backend'> & Given<Options> {
  checkCalls(options);
  const common = Object.entries(options).filter(([name]) => Object.hasOwn(COMMON_NAMES, name));
  return { ...Object.fromEntries(common), ...chosen(protocol.options, options as Given<Options>) };
}
