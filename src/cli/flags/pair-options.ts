// SPDX-License-Identifier: Apache-2.0
/** The options of `veilmatch pair`, and what it says of itself. */

import { Option } from 'commander';
import { wholeNumber } from './values.js';

export interface PairFlags {
  readonly output: string;
  readonly key: string;
  readonly sealKeyFile?: string;
  readonly salt: string;
  readonly threads?: number;
  readonly json?: true;
}

/** A list as a folder. */
export const folderArgument = (name: string, description: string): { name: string; description: string } => ({
  name: `<${name}>`,
  description: `${description}: a folder with CSV files of one column and the mark .Completed, or one such file`,
});
export const folderOption = (what: string): Option =>
  new Option('-o, --output <FOLDER>', `write ${what} to this new folder, which appears when it is complete`);
export const pairKeyOption = (): Option =>
  new Option('--key <FILE>', 'your key, made by veilmatch pair key').makeOptionMandatory();
export const pairSaltOption = (): Option =>
  new Option('--salt <FILE>', 'the salt of the publisher, made by veilmatch pair salt').makeOptionMandatory();
export const threadsOption = (): Option =>
  new Option(
    '--threads <N>',
    'worker threads; with 1 there is none (default: as many as there are processors)',
  ).argParser(wholeNumber(1, 256, 'Give a number of threads, from 1 to 256.'));
export const jsonOption = (): Option => new Option('--json', 'say what was done as JSON on standard output');

export const PAIR_COURSE = `
PAIR 1.1 of IAB Tech Lab, with partners on other software. Both parties make match keys (pair hash) and encrypt them under the
publisher's salt and a key of their own (pair encrypt); each has its list encrypted once more by the other (pair reencrypt); both find
what the two lists share, and the rates (pair match); the advertiser takes its own key off (pair decrypt), and has the Publisher
Identifiers for its DSP. Every list is a folder with CSV files of one column and a file .Completed.

PAIR gives away more than veilmatch psi does: keys live for months, identifiers are known again from run to run, and an advertiser may
test guesses against the publisher's list. Where both partners have veilmatch, use psi, connect and serve.

Examples:
  veilmatch pair salt -o salt.json
  veilmatch pair key -o our.key --seal-key-file seal.key
  veilmatch pair hash customers.csv --country US -o keys
  veilmatch pair encrypt keys -o ours --salt salt.json --key our.key --seal-key-file seal.key
  veilmatch pair reencrypt theirs -o theirs-twice --partner acme --key our.key --seal-key-file seal.key
  veilmatch pair match ours-twice theirs-twice -o shared
  veilmatch pair decrypt shared -o publisher-ids --key our.key --seal-key-file seal.key
`;
