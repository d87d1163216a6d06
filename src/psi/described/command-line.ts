// SPDX-License-Identifier: Apache-2.0
/**
 * How the command line runs a protocol between two lists: what it is called there, what each party brings besides its list,
 * and how its result is told in words, to programs and in rows. A protocol that says so is run, and has flags, help and a
 * summary, without a line of the command line's own.
 */

import { requireMethods, requireObject, requireText } from '../../arguments.js';
import type { Given } from '../run/options.js';
import type { ByRole } from '../run/protocol.js';
import { type DescribedProtocol, type OptionFlag, requireDescribed } from './described.js';

/** What two lists are called where somebody is told who learns what: of "its" rows in "this" list. */
export interface Whose {
  readonly own: string;
  readonly other: string;
}

/** How numbers are written. */
export interface Written {
  /** A count of something. */
  count(value: number): string;
  /** A whole number of the smallest unit, as the decimal that it stands for. */
  amount(value: number): string;
}

/** Rows of the party's list that are written to a file. */
export interface RowsTold {
  /** Ascending; all of them where nothing is said. */
  readonly rows?: readonly number[] | undefined;
  /** What stands beside each, by the name of its column. */
  readonly columns?: Readonly<Record<string, (row: number) => string | undefined>> | undefined;
}

/** A column of the party's list that goes into the run, a decimal number in each cell. */
interface OwnColumn extends Pick<OptionFlag, 'flags' | 'help'> {
  /** The largest value of a row, in the smallest unit. */
  readonly most: number;
}

/** What the command line has to know of one of the parties. */
export interface CommandParty<Options extends object, Result> {
  /** What it brings besides its list, by the names that its machine has for them: each a number for each row. */
  readonly columns?: Readonly<Record<string, OwnColumn>> | undefined;
  /** What it learns besides the size of the other list, to follow "learns"; undefined where that is nothing. */
  learns(whose: Whose, options: Given<Options>): string | undefined;
  /** Whether it learns that by the other party's word alone. */
  readonly reported?: true;
  /** Whether its result has amounts, whose unit it must know. */
  amounts?(options: Given<Options>): boolean;
  /** What has to be put right, in the words of the command line, where its options cannot be what is meant. */
  fault?(options: Given<Options>): string | undefined;
  /** The result for people: titles of up to eleven letters, and what is said. */
  words(
    result: Result,
    options: Given<Options>,
    written: Written,
  ): readonly (readonly [title: string, text: string])[];
  /** The result for programs. What is undefined is left out. */
  json(result: Result, options: Given<Options>, written: Written): Readonly<Record<string, unknown>>;
  /** The rows that can be written to a file, where it has some. */
  readonly rows?: {
    /** Whether there are any under these options. */
    when(options: Given<Options>): boolean;
    /** Those of a result. */
    of(result: Result): RowsTold;
  };
}

/** A flag that chooses a protocol among those of its word. */
interface CommandChoice extends Pick<OptionFlag, 'flags' | 'help' | 'choices'> {
  /** The value of the flag that does; any where nothing is said. */
  readonly value?: string;
  /** Whether it is chosen without the flag as well. */
  readonly usual?: true;
}

/** How the command line runs a protocol. */
interface CommandLine<Options extends object, Result extends ByRole> {
  /** What `--reveal` calls it. Protocols of one word are told apart by `choice`. */
  readonly reveal: string;
  /** The flag that chooses it among the protocols of its word. */
  readonly choice?: CommandChoice | undefined;
  /**
   * What it takes of a row: all `identifiers`, each for itself, which is the default; one alone, `rows`; or several that stand
   * for one person, `people`.
   */
  takes?(options: Given<Options>): 'identifiers' | 'rows' | 'people';
  /** Sentences on what to do where rows have several identifiers, and it takes one alone under all of its options. */
  readonly several?: string | undefined;
  /** What the party that answers should know before, in a sentence. */
  readonly caution?: string | undefined;
  /** The party that asks. */
  readonly receiver: CommandParty<Options, Result['receiver']>;
  /** The party that answers. */
  readonly sender: CommandParty<Options, Result['sender']>;
}

/** A protocol between two lists that the command line runs. */
export interface ListProtocol<
  Own extends ByRole = ByRole,
  Options extends object = object,
  Result extends ByRole = ByRole,
> extends DescribedProtocol<Own, Options, Result> {
  readonly commandLine: CommandLine<Options, Result>;
}

/** @throws {VeilmatchError} `argument` for what is no protocol that the command line can run */
export function requireListProtocol(value: unknown): void {
  requireDescribed(value);
  const { commandLine } = value as ListProtocol;
  requireObject(commandLine, 'What the command line is told of the protocol', 'receiver', 'sender');
  requireText(commandLine.reveal, 'What --reveal calls the protocol');
  for (const party of [commandLine.receiver, commandLine.sender]) {
    requireMethods(party, 'A party of it on the command line', 'learns', 'words', 'json');
  }
}
