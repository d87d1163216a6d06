// SPDX-License-Identifier: Apache-2.0
/** Options of a command, out of what protocols say of themselves. One that several have stands once. */

import { InvalidArgumentError, Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import { MOST_DIGITS } from '../../lists/amounts.js';
import type { ListProtocol } from '../../psi/described/command-line.js';
import type { OptionFlag, OptionOf } from '../../psi/index.js';
import type { Role } from '../../psi/run/suite.js';
import { wholeNumber } from './values.js';

/** A flag that a protocol has. */
export interface Flagged {
  readonly protocol: ListProtocol;
  readonly flag: OptionFlag;
  /** The option of the protocol that it gives, where it gives one. */
  readonly name?: string;
  readonly option?: OptionOf<unknown>;
  /** The party that alone has it. */
  readonly of?: Role | undefined;
}

/** How the unit of amounts is said, of whatever protocol. */
const DIGITS: OptionFlag = {
  flags: '--value-digits <N>',
  help: 'digits after the point that amounts have, such as 2 for cents; both parties say the same',
  read: wholeNumber(0, MOST_DIGITS, `Give a whole number from 0 to ${MOST_DIGITS}.`),
};

/** What commander calls the value of a flag. */
export function attributeOf({ flags }: Pick<OptionFlag, 'flags'>): string {
  return new Option(flags).attributeName();
}

/** A flag as it is typed: `--to`. */
export function longOf({ flags }: Pick<OptionFlag, 'flags'>): string {
  return new Option(flags).long ?? flags;
}

/** All flags of a protocol. */
export function flagsOf(protocol: ListProtocol): Flagged[] {
  const options = protocol.options as Readonly<Record<string, OptionOf<unknown>>>;
  const flags = protocol.flags as Readonly<Record<string, OptionFlag>>;
  const { choice, receiver, sender } = protocol.commandLine;
  const found: Flagged[] = Object.entries(flags).map(([name, flag]) => ({
    ...{ protocol, flag, name, option: options[name]! },
    of: flag.of,
  }));
  if (choice !== undefined) found.push({ protocol, flag: choice });
  for (const [of, { columns = {} }] of [['receiver', receiver] as const, ['sender', sender] as const]) {
    for (const column of Object.values(columns)) found.push({ protocol, flag: column, of });
  }
  if ([receiver, sender].some((party) => party.columns !== undefined || party.amounts !== undefined)) {
    found.push({ protocol, flag: DIGITS });
  }
  return found;
}

/** The options of a command that runs any of these protocols as either party. */
export function protocolOptions(protocols: readonly ListProtocol[]): Option[] {
  const found = new Map<string, Flagged[]>();
  for (const flagged of protocols.flatMap(flagsOf)) {
    const same = found.get(flagged.flag.flags);
    if (same === undefined) found.set(flagged.flag.flags, [flagged]);
    else same.push(flagged);
  }
  return [...found.values()].map((flagged) => optionOf(flagged, wordsOf(protocols).length));
}

/** The words that `--reveal` takes. */
export function wordsOf(protocols: readonly ListProtocol[]): string[] {
  return [...new Set(protocols.map(({ commandLine }) => commandLine.reveal))];
}

/** @param words that `--reveal` takes in all */
function optionOf(flagged: readonly Flagged[], words: number): Option {
  const [{ flag, option }] = flagged as [Flagged];
  const texts = new Map<string, Flagged[]>();
  for (const one of flagged) texts.set(helpOf(one), [...(texts.get(helpOf(one)) ?? []), one]);
  const help = [...texts].map(([text, of]) => {
    const revealing = wordsOf(of.map(({ protocol }) => protocol));
    const only = revealing.length === words ? '' : `with --reveal ${revealing.join(' or ')}: `;
    return only + text;
  });
  const made = new Option(flag.flags, help.join('; '));
  const choices = new Set(flagged.flatMap(({ flag: { choices = [] } }) => choices));
  if (choices.size > 0) made.choices([...choices]);
  // Where words are to be chosen from, each protocol reads its own of them.
  else if (flag.read !== undefined) made.argParser((text: string) => read(text, flag, option));
  return made;
}

function helpOf({ flag, option, of }: Flagged): string {
  // Left away and false are the same to commander.
  const usual = ['string', 'number'].includes(typeof option?.default) ? ` (default: ${option?.default})` : '';
  return `${of === undefined ? '' : `of the ${of}: `}${flag.help}${usual}`;
}

/** Flags of one name are read alike. */
function read(text: string, flag: OptionFlag, option: OptionOf<unknown> | undefined): unknown {
  try {
    const value = flag.read?.(text) ?? text;
    option?.check(value);
    return value;
  } catch (error) {
    if (!(error instanceof VeilmatchError)) throw error;
    throw new InvalidArgumentError(flag.wanted ?? error.message);
  }
}
