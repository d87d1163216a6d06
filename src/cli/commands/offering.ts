// SPDX-License-Identifier: Apache-2.0
/**
 * All that a server offers, and to whom: the file of partners, the lists that it names, and the policy, read together and taken up
 * together, or not at all.
 */

import { dirname, resolve } from 'node:path';
import { VeilmatchError } from '../../errors.js';
import { parseAddress, placeName } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import { withOutputs } from '../../lists/output.js';
import type { SharedRows } from '../../lists/shared-rows.js';
import type { ListProtocol } from '../../psi/described/command-line.js';
import type { Policy } from '../../psi/index.js';
import {
  type ListenOptions,
  type Offer,
  type Partner,
  type Partners,
  partyTerms,
  type RunTerms,
} from '../../transport/index.js';
import { type Choice, partyOf } from '../flags/choice.js';
import { type ReadOffer, readOffer } from '../flags/offers.js';
import { type Own, type OwnFlags, ownOf, readOwn } from '../flags/own.js';
import { readPolicy } from '../flags/policy.js';
import type { ReadSet } from '../flags/read-set.js';
import { listenOptions, type ServeFlags } from '../flags/serve-options.js';

/** A protocol over a list, as this party runs it. */
export interface Agreement {
  readonly choice: Choice;
  readonly own: Own;
  readonly flags: OwnFlags;
  /** What its runs are kept under. */
  readonly terms: RunTerms;
  /** Puts what this party learns where it belongs, before a run counts as complete. */
  readonly store: (result: unknown) => Promise<void>;
}

/** An agreement that a partner may come for, as the listener hands it back. */
export interface Offered extends Offer {
  readonly agreement: Agreement;
  /** What limits the partner. */
  readonly policy: Policy;
  /** What limits all partners together. */
  readonly all: Partners['all'];
}

/** A partner, with all that it is offered. */
interface OfferedPartner extends Partner {
  readonly offers: readonly Offered[];
}

export interface Offering {
  /** Where to listen, and to whom. */
  readonly door: Omit<ListenOptions, 'partners'> & { readonly partners: readonly OfferedPartner[] };
  readonly all: Partners['all'];
  /** The one of the command line, first, and those of the partners' file. */
  readonly agreements: readonly Agreement[];
  /** The agreement of partners whose entry says of none. */
  readonly usual: Agreement | undefined;
  /** Of partners that have none of their own. */
  readonly policy: Policy | undefined;
  /** Rows that were rejected, of all lists. */
  readonly rejected: number;
}

interface Source {
  readonly protocols: readonly ListProtocol[];
  readonly list: string | undefined;
  readonly usual: Choice | undefined;
  readonly flags: ServeFlags;
  readonly rows: SharedRows | undefined;
}

/** The name of an offer that stands on the command line. */
const USUAL = 'default';

/** @throws {VeilmatchError} what is wrong with the files, with the place; what reading a list throws */
export async function loadOffering(source: Source, io: Io): Promise<Offering> {
  const { protocols, list, usual: choice, flags, rows } = source;
  const { listening, all } = await listenOptions(flags, io);
  const { partners = [] } = listening;
  const offers = readOffers(protocols, partners, flags, choice !== undefined);
  const given = flags.policy === undefined ? undefined : await readPolicy(flags.policy, io);
  let rejected = 0;
  const counted = async (reading: Promise<ReadSet>): Promise<ReadSet> => {
    const read = await reading;
    rejected += read.summary.rejected;
    return read;
  };
  const usual =
    choice === undefined
      ? undefined
      : agreementOf(choice, await counted(readOwn(list!, flags, [choice], io, rows)), flags, {
          io,
          rows,
          serve: flags,
        });
  const sets = new Map<string, ReadSet>();
  const agreements = new Map<ReadOffer, Agreement>();
  for (const offer of [...offers.values()].flat()) {
    const { reading, choice, flags: own, place } = offer;
    try {
      const read =
        sets.get(reading) ?? (await counted(readOwn(besides(offer.list, flags), own, [choice], io)));
      sets.set(reading, read);
      agreements.set(offer, agreementOf(choice, read, own));
    } catch (error) {
      throw placed(error, place);
    }
  }
  const offeredTo = (partner: Partner): OfferedPartner => {
    const terms = (agreement: Agreement, name: string, policy: Policy | undefined): Offered => ({
      ...{ name, agreement, all, terms: agreement.terms },
      ...{ mode: agreement.choice.protocol.mode, role: agreement.choice.role },
      policy: policy ?? partner.policy ?? given ?? agreement.choice.protocol.terms.policy,
    });
    const own = offers.get(partner);
    if (own === undefined) return { ...partner, offers: [terms(usual!, USUAL, undefined)] };
    return {
      ...partner,
      offers: own.map((one) => terms(agreements.get(one)!, one.offer.name, one.offer.policy)),
    };
  };
  return {
    door: { ...listening, partners: partners.map(offeredTo) },
    ...{ all, usual, policy: given, rejected },
    agreements: [...(usual === undefined ? [] : [usual]), ...agreements.values()],
  };
}

/** Of each partner that has some. @throws {VeilmatchError} `bad-file` */
function readOffers(
  protocols: readonly ListProtocol[],
  partners: readonly Partner[],
  { partners: file = '' }: ServeFlags,
  hasUsual: boolean,
): Map<Partner, ReadOffer[]> {
  const source = placeName(file);
  const found = new Map<Partner, ReadOffer[]>();
  for (const [i, partner] of partners.entries()) {
    const { offers } = partner;
    if (offers !== undefined) {
      const at = `${source}: partners[${i}].offers`;
      found.set(
        partner,
        offers.map((offer, j) => readOffer(protocols, offer, `${at}[${j}]`)),
      );
    } else if (!hasUsual) {
      throw new VeilmatchError(
        'bad-file',
        `${source}: partners[${i}] has no offers, and the command line has no list. Give either.`,
      );
    }
  }
  return found;
}

/** A list beside the file of partners, unless its address says more. */
function besides(list: string, { partners }: ServeFlags): string {
  const folder = dirname(partners!);
  const address = parseAddress(list);
  if (address.kind === 'file') return resolve(folder, list);
  return address.kind === 'sqlite' ? list.replace(address.path, resolve(folder, address.path)) : list;
}

/** What a list or a protocol refuses, with the offer that it is of. */
function placed(error: unknown, place: string): unknown {
  if (!(error instanceof VeilmatchError) || error.code === 'aborted') return error;
  const code = error.code === 'argument' ? 'bad-file' : error.code;
  return new VeilmatchError(code, `${place}: ${error.message}`, { cause: error });
}

interface Storing {
  readonly io: Io;
  readonly rows: SharedRows | undefined;
  readonly serve: ServeFlags;
}

function agreementOf(choice: Choice, read: ReadSet, flags: OwnFlags, storing?: Storing): Agreement {
  const own = ownOf(choice, read, flags);
  const { protocol, role, options } = choice;
  const party = partyOf(choice);
  let stored = false;
  return {
    ...{ choice, own, flags },
    terms: partyTerms(protocol, role, own.own, { ...options, pad: flags.pad }),
    async store(result) {
      if (storing?.rows === undefined || party.rows === undefined || stored) return;
      stored = true;
      const { io, rows, serve } = storing;
      const placed = own.placed(party.rows.of(result));
      await withOutputs([serve.output], [], io, (file) =>
        rows.write(file!, placed.rows, read, serve, placed.columns),
      );
    },
  };
}

/** As it is asked for: `acme at /sales`. */
export function offersOf({ door: { partners } }: Offering): string[] {
  return partners.flatMap(({ name, offers }) => offers.map((offer) => `${name} at /${offer.name}`));
}
