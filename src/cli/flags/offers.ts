// SPDX-License-Identifier: Apache-2.0
/**
 * What partners are offered by the file of partners: settings that are called as the flags of `serve` are, without dashes, and
 * are read by the same options, so that a flag means the same in both places.
 */

import type { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { ListProtocol } from '../../psi/described/command-line.js';
import type { Offer, OfferSetting } from '../../transport/index.js';
import { type Choice, choose, type Flags, type RevealFlags, revealOption, roleOption } from './choice.js';
import { assignedOption, listOptions, strictOption } from './list-options.js';
import { type OwnFlags, padOption } from './own.js';
import { longOf, protocolOptions } from './protocol-options.js';
import { readSetting, settingNameOf } from './settings.js';

/** What an offer says, as a command line would. */
interface OfferFlags extends OwnFlags, Required<RevealFlags> {}

/** An offer as it is run. */
export interface ReadOffer {
  readonly offer: Offer;
  /** What errors call it: `partners.json: partners[0].offers[1]`. */
  readonly place: string;
  /** As it stands there. */
  readonly list: string;
  readonly flags: OfferFlags;
  readonly choice: Choice;
  /** Offers that have the same read the same of their list. */
  readonly reading: string;
}

/** Options of `serve` that an offer may say for itself. */
function offerOptions(protocols: readonly ListProtocol[]): Option[] {
  return [
    revealOption(protocols, 'what the party that asks learns'),
    roleOption('sender'),
    ...protocolOptions(protocols),
    padOption(),
    ...readingOptions(),
  ];
}

const readingOptions = (): Option[] => [assignedOption(), strictOption(), ...listOptions()];

/** The names of all settings. */
export function settingNames(protocols: readonly ListProtocol[]): string[] {
  const names = offerOptions(protocols).map(settingNameOf);
  return ['list', ...new Set(names)];
}

/**
 * @param place what errors call the offer
 * @throws {VeilmatchError} `bad-file`, with the place of the setting, never with its value
 */
export function readOffer(protocols: readonly ListProtocol[], offer: Offer, place: string): ReadOffer {
  const { list, ...settings } = offer.settings ?? {};
  const wrong = (name: string, why: string): VeilmatchError =>
    new VeilmatchError('bad-file', `${place}${name === '' ? '' : `.${name}`} ${why}`);
  const known = settingNames(protocols);
  const unknown = Object.keys(settings).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw wrong(
      '',
      `may have name, policy, ${known.join(', ')}, and nothing else. "${unknown}" is none of them.`,
    );
  }
  if (typeof list !== 'string') throw wrong('list', 'is missing: the list that is offered.');
  if (list === '-') throw wrong('list', 'must be a file or an address: standard input is read once.');
  if (settings.reveal === undefined) throw wrong('reveal', 'is missing: what the party that asks learns.');
  const options = offerOptions(protocols);
  const given = Object.entries(settings).map(([name, value]) =>
    readSetting(options, name, value, { wrong, command: 'serve' }),
  );
  const flags = Object.assign({ role: 'sender' }, ...given) as OfferFlags;
  try {
    const choice = choose(protocols, flags, flags as unknown as Flags);
    return { offer, place, list, flags, choice, reading: readingOf(protocols, list, settings) };
  } catch (error) {
    if (!(error instanceof VeilmatchError)) throw error;
    throw wrong('', `cannot be run: ${error.message}`);
  }
}

/** What of an offer says how its list is read. */
function readingOf(
  protocols: readonly ListProtocol[],
  list: string,
  settings: Readonly<Record<string, OfferSetting>>,
): string {
  const reading = new Set(readingOptions().map(settingNameOf));
  const columns = new Set(
    protocols
      .flatMap(({ commandLine: { receiver, sender } }) => [receiver, sender])
      .flatMap(({ columns = {} }) => Object.values(columns).map((column) => longOf(column).slice(2))),
  );
  const own = Object.entries(settings).filter(([name]) => reading.has(name));
  // Amounts are read for the protocol that takes them.
  const all = Object.keys(settings).some((name) => columns.has(name)) ? Object.entries(settings) : own;
  return JSON.stringify([list, all.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
