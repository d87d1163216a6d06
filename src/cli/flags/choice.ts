// SPDX-License-Identifier: Apache-2.0
/** Which protocol a command line is about, as which of its parties, and under which options: the same for every command. */

import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { CommandParty, ListProtocol } from '../../psi/described/command-line.js';
import type { OptionFlag } from '../../psi/index.js';
import type { Role } from '../../psi/run/suite.js';
import { attributeOf, type Flagged, flagsOf, longOf, wordsOf } from './protocol-options.js';

/** A run as a party of it. */
export interface Choice {
  readonly protocol: ListProtocol;
  readonly role: Role;
  /** Of the protocol, by their names. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What the partner could have chosen, for what an error says. */
  readonly known: readonly ListProtocol[];
  /** The flag by which several identifiers of a row would be one person, where there is one. */
  readonly peopleFlag: string | undefined;
}

/** What was typed, by the names that commander has for it. */
export type Flags = Readonly<Record<string, unknown>>;

/** What a command asks for besides the flags of protocols. */
export interface RevealFlags {
  readonly reveal?: string;
  readonly role: Role;
}

/** @param usual the party that the command is where nothing is said */
export function roleOption(usual: Role): Option {
  return new Option('--role <WHO>', 'which party this one is: the receiver asks, the sender answers')
    .choices(['receiver', 'sender'])
    .default(usual);
}

export function revealOption(protocols: readonly ListProtocol[], help: string): Option {
  return new Option('--reveal <WHAT>', help).choices(wordsOf(protocols));
}

export const otherRole = (role: Role): Role => (role === 'receiver' ? 'sender' : 'receiver');

/** What the command line says of one of the parties of a run. */
export function partyOf(
  { protocol, role }: Pick<Choice, 'protocol' | 'role'>,
  of: Role = role,
): CommandParty<object, unknown> {
  return protocol.commandLine[of];
}

/** Whether the other party learns more than the size of this one's list. */
export function peerLearns(choice: Choice): boolean {
  const whose = { own: 'its', other: 'this' };
  return partyOf(choice, otherRole(choice.role)).learns(whose, choice.options) !== undefined;
}

/** As it is typed: `--reveal cardinality --people`. */
export function labelOf({ commandLine: { reveal, choice } }: ListProtocol): string {
  if (choice === undefined || choice.usual) return `--reveal ${reveal}`;
  return [`--reveal ${reveal} ${longOf(choice)}`, ...(choice.value === undefined ? [] : [choice.value])].join(
    ' ',
  );
}

/** What `--reveal` calls a mode; undefined where no protocol here has it. */
export function wordOf(protocols: readonly ListProtocol[], mode: number): string | undefined {
  return protocols.find((protocol) => protocol.mode === mode)?.commandLine.reveal;
}

/**
 * The protocol that the flags name, and what they say of its options.
 * @throws {VeilmatchError} `argument` for flags that are missing, or do not go together
 */
export function choose(
  protocols: readonly ListProtocol[],
  { reveal, role }: Required<RevealFlags>,
  flags: Flags,
): Choice {
  const protocol = named(protocols, reveal, flags);
  const own = flagsOf(protocol);
  checkForeign(protocols, protocol, own, role, flags);
  const options: Record<string, unknown> = {};
  for (const { name, flag, option } of own) {
    const given = flags[attributeOf(flag)];
    if (name === undefined || given === undefined) continue;
    const value = flag.choices === undefined ? given : wordRead(flag, given as string, protocol);
    option?.check(value);
    options[name] = value;
  }
  const sameWord = protocols.filter(({ commandLine }) => commandLine.reveal === protocol.commandLine.reveal);
  const choice = {
    protocol,
    role,
    options,
    known: protocols,
    peopleFlag: peopleFlagOf([protocol, ...sameWord]),
  };
  checkComplete(choice, flags);
  return choice;
}

/** @throws {VeilmatchError} `argument` for a word that the protocol does not have */
function wordRead({ flags, choices = [], read }: OptionFlag, word: string, protocol: ListProtocol): unknown {
  if (choices.includes(word)) return read === undefined ? word : read(word);
  throw misuse(`${longOf({ flags })} is ${choices.join(' or ')} with ${labelOf(protocol)}.`);
}

/** @throws {VeilmatchError} `argument` where `--reveal` has no such word */
function named(protocols: readonly ListProtocol[], reveal: string, flags: Flags): ListProtocol {
  const candidates = protocols.filter(({ commandLine }) => commandLine.reveal === reveal);
  const isChosen = ({ commandLine: { choice } }: ListProtocol): boolean =>
    choice !== undefined &&
    flags[attributeOf(choice)] !== undefined &&
    (choice.value === undefined || flags[attributeOf(choice)] === choice.value);
  const isUsual = ({ commandLine: { choice } }: ListProtocol): boolean =>
    choice?.usual ?? choice === undefined;
  const protocol = candidates.find(isChosen) ?? candidates.find(isUsual);
  if (protocol !== undefined) return protocol;
  throw misuse(`There is no --reveal ${reveal}: give ${wordsOf(protocols).join(', ')}.`);
}

/** @throws {VeilmatchError} `argument` for a flag that this party of this protocol does not have */
function checkForeign(
  protocols: readonly ListProtocol[],
  protocol: ListProtocol,
  own: readonly Flagged[],
  role: Role,
  flags: Flags,
): void {
  for (const { flag } of protocols.flatMap(flagsOf)) {
    if (flags[attributeOf(flag)] === undefined) continue;
    const known = own.filter((flagged) => flagged.flag.flags === flag.flags);
    if (known.some(({ of }) => of === undefined || of === role)) continue;
    const long = longOf(flag);
    if (known.length > 0) {
      throw misuse(`${long} is for the ${known[0]!.of}, and this party is the ${role}. Leave it away.`);
    }
    const having = protocols.filter((other) => flagsOf(other).some((one) => one.flag.flags === flag.flags));
    const all = [...new Set(having.map(labelOf))];
    // What goes with a word goes with it and a further flag.
    const labels = all.filter((label) => !all.some((other) => label.startsWith(`${other} `))).join(' or ');
    const { several } = protocol.commandLine;
    const instead = several !== undefined && peopleFlagOf(having) === long ? ` ${several}` : '';
    throw misuse(`${long} goes with ${labels}, and not with ${labelOf(protocol)}. Leave it away.${instead}`);
  }
}

/** @throws {VeilmatchError} `argument` for what the party must say and does not */
function checkComplete(choice: Choice, flags: Flags): void {
  const { protocol, role, options } = choice;
  const { columns = {}, amounts, fault } = partyOf(choice);
  const missing = Object.values(columns).find((column) => flags[attributeOf(column)] === undefined);
  if (missing !== undefined) {
    throw misuse(`The ${role} with ${labelOf(protocol)} needs ${missing.flags}: ${missing.help}.`);
  }
  if ((Object.keys(columns).length > 0 || amounts?.(options)) && flags.valueDigits === undefined) {
    throw misuse(
      'Say how many digits after the point the amounts have, such as --value-digits 2 for cents: both parties say the same, and ' +
        'neither can see what the other has said.',
    );
  }
  const wrong = fault?.(options);
  if (wrong !== undefined) throw misuse(wrong);
}

/** By which flag several identifiers of a row would be one person, the first where some of these protocols have one. */
function peopleFlagOf(protocols: readonly ListProtocol[]): string | undefined {
  for (const protocol of protocols) {
    const { choice, takes } = protocol.commandLine;
    const option = flagsOf(protocol).find(({ name }) => name && takes?.({ [name]: true }) === 'people');
    const flag = option?.flag ?? (takes?.({}) === 'people' ? choice : undefined);
    if (flag !== undefined) return longOf(flag);
  }
  return undefined;
}

function misuse(message: string): VeilmatchError {
  return new VeilmatchError('argument', message);
}
