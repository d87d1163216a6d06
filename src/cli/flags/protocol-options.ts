// SPDX-License-Identifier: Apache-2.0
/** Options of a command, out of what protocols say of themselves. One that several have stands once. */

import { InvalidArgumentError, Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { DescribedProtocol, OptionFlag, OptionOf } from '../../psi/index.js';
import { MODE, type Mode, type Role } from '../../psi/run/suite.js';

/** What `--reveal` calls a protocol: its mode, where it has one. */
export function revealWord({ mode, id }: Pick<DescribedProtocol, 'mode' | 'id'>): string {
  return (Object.keys(MODE) as Mode[]).find((name) => MODE[name] === mode) ?? id;
}

interface Flagged {
  readonly flag: OptionFlag;
  readonly option: OptionOf<unknown>;
  readonly of: DescribedProtocol[];
}

/**
 * @param protocols that the command can run
 * @param role the party that it is
 */
export function protocolOptions(protocols: readonly DescribedProtocol[], role: Role): Option[] {
  const found = new Map<string, Flagged>();
  for (const protocol of protocols) {
    const options = protocol.options as Readonly<Record<string, OptionOf<unknown>>>;
    for (const [name, flag] of Object.entries(protocol.flags as Readonly<Record<string, OptionFlag>>)) {
      if (flag.of !== undefined && flag.of !== role) continue;
      const same = found.get(flag.flags);
      if (same === undefined) found.set(flag.flags, { flag, option: options[name]!, of: [protocol] });
      else same.of.push(protocol);
    }
  }
  return [...found.values()].map((flagged) => optionOf(flagged, protocols.length));
}

function optionOf({ flag, option, of }: Flagged, all: number): Option {
  const only = of.length === all ? '' : `with --reveal ${of.map(revealWord).join(' or ')}: `;
  const made = new Option(flag.flags, only + flag.help);
  if (flag.choices !== undefined) made.choices([...flag.choices]);
  if (flag.read !== undefined) made.argParser((text: string) => read(text, flag, option));
  // Left away and false are the same to commander.
  if (option.default !== undefined && option.default !== false) made.default(option.default);
  return made;
}

function read(text: string, flag: OptionFlag, option: OptionOf<unknown>): unknown {
  try {
    const value = flag.read?.(text) ?? text;
    option.check(value);
    return value;
  } catch (error) {
    if (!(error instanceof VeilmatchError)) throw error;
    throw new InvalidArgumentError(flag.wanted ?? error.message);
  }
}
