// SPDX-License-Identifier: Apache-2.0
/** The options of `veilmatch psi`, and what it says of itself. */

import { Option } from 'commander';
import type { Keep } from '../../lists/columns.js';
import type { Spill } from '../../lists/shared-rows.js';
import type { ListProtocol } from '../../psi/described/command-line.js';
import { ledgerOption } from '../secrets/state-folder.js';
import { revealOption } from './choice.js';
import { type OwnFlags, padOption } from './own.js';
import { protocolOptions } from './protocol-options.js';

export interface LimitFlags {
  readonly policy?: string;
  readonly ledger?: string;
}

interface StateFlags {
  readonly state?: string;
  readonly stateKeyFile?: string;
}

export interface BeginFlags extends OwnFlags, StateFlags, LimitFlags {
  readonly reveal: string;
  readonly key: string;
  readonly peer: string;
  readonly peers: string;
  readonly output: string;
  readonly days: number;
}

export interface NextFlags extends StateFlags, LimitFlags {
  readonly state: string;
  readonly key: string;
  readonly output: string;
}

export interface FinishFlags extends StateFlags, LimitFlags {
  readonly state: string;
  readonly key?: string;
  readonly send?: string;
  readonly output?: string;
  readonly keep?: Keep | undefined;
  readonly json?: true;
  readonly spill: Spill;
  readonly spreadsheet?: true;
}

export const SIGNING_KEY = 'Make one with: veilmatch key NAME -o FILE';
export const KEY_HELP = 'your signing key, made by veilmatch key';
export const keyOption = (): Option => new Option('--key <FILE>', KEY_HELP).makeOptionMandatory();
/** Needed where there is no folder in its place. */
export const outputOption = (what: string): Option =>
  new Option('-o, --output <FILE>', `${what}; it appears when it is complete`);
export const peerOptions = (): Option[] => [
  new Option('--peer <NAME>', 'the partner').makeOptionMandatory(),
  new Option(
    '--peers <FILE>',
    'the public keys of partners, a line NAME ed25519:KEY each',
  ).makeOptionMandatory(),
];
export const askOptions = (protocols: readonly ListProtocol[]): Option[] => [
  revealOption(
    protocols,
    'what the parties learn, and as --to says which of them; both say the same',
  ).makeOptionMandatory(),
  ...protocolOptions(protocols),
  padOption(),
];
const STATE = 'what is kept from one file to the next, sealed, in this folder: one for all runs';
export const stateOption = (): Option => new Option('--state <FOLDER>', STATE);
export const limitOptions = (more: string): Option[] => [
  new Option(
    '--policy <FILE>',
    'sizes and budgets of what the partner may learn of this list, JSON (default: see veilmatch budget); where it learns ' +
      'nothing, the largest size of its list alone',
  ),
  ledgerOption(more),
];
export const fileArgument = (name: string): { name: string; description: string } => ({
  name: `<${name}>`,
  description: "the partner's file",
});

export const COURSE = `
One party asks: psi request makes a request. The other answers: psi respond makes a response of it. With --reveal intersection
and cardinality that is all, unless both are to learn: psi finish reads the response and writes the rows. With sum, ids and --to both the
parties go on in turns: psi next reads the partner's file and writes the next one, and psi finish is each party's last step
where it has a result. Every step says which is next. All files are signed, and
none is worth anything to somebody who reads it on the way, but for the sizes of the lists.

The party that asks keeps a state from one step to the next, and with more than two files the other one does, too: sealed, in the
folder of --state, and erased after the last step. Where a state is kept, a step that is done twice writes the same file again; a
response of which none is kept is written once. Another file in the place of one that was answered is refused.

Lists that are larger than memory go through a folder in place of the files, with --reveal intersection and cardinality: --dataset
names it in each step, and nothing else of the command changes, but that respond names its list alone and needs --state, and finish
names no file.

Where a party that asks tells its partner something as well, with ids and --to both, its own policy limits the partner: psi
next and finish take --policy.

Examples:
  veilmatch psi request mine.csv --country US --reveal intersection --key a.key --peer b --peers peers.txt \\
    -o request.vm --state state --state-key-file state.key
  veilmatch psi respond request.vm theirs.csv --country US --reveal intersection --key b.key --peer a --peers peers.txt \\
    -o response.vm
  veilmatch psi finish response.vm --state state --state-key-file state.key -o shared.csv

  veilmatch psi request viewers.csv --column phone --country US --reveal sum --value-digits 2 --key a.key --peer b \\
    --peers peers.txt -o 0.vm --state state --state-key-file state.key
  veilmatch psi respond 0.vm sales.csv --column phone --country US --reveal sum --value-column amount --value-digits 2 \\
    --key b.key --peer a --peers peers.txt -o 1.vm --state state --state-key-file state.key
  veilmatch psi next 1.vm --key a.key -o 2.vm --state state --state-key-file state.key
  veilmatch psi next 2.vm --key b.key -o 3.vm --state state --state-key-file state.key
  veilmatch psi finish 3.vm --state state --state-key-file state.key
`;

/** What the other files must not overwrite. */
export function keyFiles(flags: {
  key?: string;
  peers?: string;
  policy?: string;
  stateKeyFile?: string;
}): string[] {
  const { key, peers, policy, stateKeyFile } = flags;
  return [key, peers, policy, stateKeyFile].filter((path) => path !== undefined);
}
