// SPDX-License-Identifier: Apache-2.0
/** What a ledger takes for charges, whatever keeps them, and how many of them an account has. */

import { VeilmatchError } from '../errors.js';

/** One run, or several that are long over. */
export interface Charge {
  /** When it started, in milliseconds since 1970. */
  readonly at: number;
  /** Elements that were to be evaluated for the peer. */
  readonly elements: number;
  /** Elements that the run made this party work on in all: the peer's, and its own, which it evaluates however few the peer's are. */
  readonly work: number;
  /** The run, where it has a name: it is charged once, however often it is resumed. */
  readonly run?: string | undefined;
  /** How many runs it stands for, where several that are long over were put together, without their names. Default 1. */
  readonly runs?: number | undefined;
}

/** What the accounts of an update hold, in the order of their names. */
export type Accounts = readonly (readonly Charge[])[];

/** @throws {TypeError} for anything else than a charge */
export function parseCharge([at, elements, work, run, runs]: readonly unknown[]): Charge {
  if (run !== undefined && typeof run !== 'string') throw new TypeError('no name');
  const counts = { at: count(at), elements: count(elements), work: count(work) };
  const several = runs === undefined ? 1 : count(runs);
  if (several === 0 || (several > 1 && run !== undefined)) throw new TypeError('no number of runs');
  return { ...counts, ...(run !== undefined && { run }), ...(several > 1 && { runs: several }) };
}

function count(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new TypeError('no count');
}

/** @throws {VeilmatchError} `argument` for a charge that would not be read again: nothing would be admitted any more */
function checkedCharge(charge: Charge): Charge {
  try {
    const { at, elements, work, run, runs } = charge;
    return parseCharge([at, elements, work, run, runs]);
  } catch (error) {
    throw new VeilmatchError(
      'argument',
      'A charge has at, elements and work, whole numbers from 0, and may have run, a text, or runs, a whole number from 2. ' +
        'Nothing was written.',
      { cause: error },
    );
  }
}

/**
 * What an update makes of its accounts, looked at: an account that was left out would lose what it was charged.
 * @param known charges that need not be looked at again
 * @throws {VeilmatchError} `argument` for other than as many lists of charges
 */
export function checkedAccounts(
  after: Accounts,
  count: number,
  known: (charge: Charge) => boolean = () => false,
): Accounts {
  const isLists = Array.isArray(after) && after.length === count && after.every(Array.isArray);
  if (isLists)
    return after.map((own) => own.map((charge) => (known(charge) ? charge : checkedCharge(charge))));
  throw new VeilmatchError(
    'argument',
    `What decides of ${count} accounts must return a list of charges for each, in their order. Nothing was written.`,
  );
}

/** An account of no more charges keeps them as they are. */
const MOST = 1024;
/** The newest, which stay as they are in any account: a run that is resumed is known by its own. */
const NEWEST = 256;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** How near to each other charges of an age have to be to become one; those of 31 days come to some hundreds. */
const GRAINS: readonly { readonly upTo: number; readonly width: number }[] = [
  { upTo: HOUR, width: MINUTE },
  { upTo: 24 * HOUR, width: 10 * MINUTE },
  { upTo: 7 * 24 * HOUR, width: HOUR },
  { upTo: Infinity, width: 6 * HOUR },
];

/**
 * The charges of an account, so few of them that it does not matter to an update how long the account has been used. Where there are
 * more, old ones that are near to each other become one, of the time of the newest: a budget may count them for a little longer, and never
 * for less. The names of their runs are forgotten, so a run that is resumed after hundreds of others is charged again.
 * @param charges by when they were made
 * @param now milliseconds since 1970
 */
export function condensed(charges: readonly Charge[], now: number): readonly Charge[] {
  if (charges.length <= MOST) return charges;
  const merged = new Map<string, Charge>();
  for (const charge of charges.slice(0, -NEWEST)) {
    const { width } = GRAINS.find(({ upTo }) => now - charge.at < upTo)!;
    const key = `${width} ${Math.floor(charge.at / width)}`;
    const before = merged.get(key);
    merged.set(key, before === undefined ? charge : sumOf(before, charge));
  }
  return [...merged.values(), ...charges.slice(-NEWEST)];
}

function sumOf(a: Charge, b: Charge): Charge {
  return {
    at: Math.max(a.at, b.at),
    elements: a.elements + b.elements,
    work: a.work + b.work,
    runs: (a.runs ?? 1) + (b.runs ?? 1),
  };
}
