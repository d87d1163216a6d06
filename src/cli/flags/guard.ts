// SPDX-License-Identifier: Apache-2.0
/**
 * What limits the partner of a party that connects. Where the partner learns something of this party's list, invented rows of its
 * own are answered like any other: the same policy and the same ledger hold as for a party that serves. Where it learns nothing,
 * there is nothing to be used up, and only the size of its list can be limited.
 */

import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';
import { admission, type Ledger, memoryLedger, type Refusal } from '../../psi/index.js';
import { isPartnerName } from '../../transport/door/partners.js';
import { type ChannelOptions, type KeptLedger, partnerId } from '../../transport/index.js';
import { openLedger } from '../secrets/state-folder.js';
import { type Choice, peerLearns } from './choice.js';
import { readPolicy, refusedBy } from './policy.js';

export interface GuardFlags {
  readonly partner?: string;
  readonly policy?: string;
  readonly ledger?: string;
}

/** Limits of one partner. */
export interface Guard {
  /** For the option `admit` of a run of this id. @throws {VeilmatchError} `io`, `bad-file` */
  admit(run: string, choice: Choice): Promise<ChannelOptions['admit']>;
  /**
   * Before anything is sent: that the budgets allow a run at all, with whatever list. Nothing is charged.
   * @throws {VeilmatchError} `refused`, which `explain` puts in words
   */
  checkBudgets(choice: Choice, ownSize: number): Promise<void>;
  /** The error of a run, in this party's own words where its own policy was what refused it. */
  explain(error: unknown): unknown;
  close(): Promise<void>;
}

/** The name of the partner's account. @throws {VeilmatchError} `argument` */
export function partnerName({ partner }: GuardFlags, url: URL): string {
  const name = partner ?? url.hostname.replace(/^\[|\]$/g, '').replaceAll(':', '.');
  if (isPartnerName(name)) return name;
  throw new VeilmatchError(
    'argument',
    'Give --partner a name of up to 64 letters, digits, and . _ @ - and no spaces, which does not begin like a token.',
  );
}

/**
 * @param expected the run that is most likely, for whose partner the ledger is opened before anything is read
 * @throws {VeilmatchError} `argument`, `io`, `bad-file`
 */
export async function openGuard(flags: GuardFlags, expected: Choice, url: URL, io: Io): Promise<Guard> {
  const peer = partnerId(partnerName(flags, url));
  const given = flags.policy === undefined ? undefined : await readPolicy(flags.policy, io);
  let ledger: KeptLedger | undefined;
  const ledgerFor = async (choice: Choice): Promise<KeptLedger | undefined> => {
    if (peerLearns(choice)) ledger ??= await openLedger(flags.ledger);
    return peerLearns(choice) ? ledger : undefined;
  };
  await ledgerFor(expected);
  let limit: Refusal | undefined;
  let usual = expected.protocol.terms.policy;
  let connected = false;
  const onRefusal = (refusal: Refusal): void => {
    limit = refusal;
  };
  return {
    async checkBudgets(choice, ownSize) {
      const ledger = await ledgerFor(choice);
      if (ledger !== undefined) {
        const uncharged: Ledger = {
          update: (accounts, decide) =>
            ledger.update(accounts, (charges) => {
              decide(charges);
              return charges;
            }),
        };
        const { terms } = choice.protocol;
        const policy = { budgets: (given ?? terms.policy).budgets };
        const asked = { peerSize: 0, ownSize, learns: choice.protocol.id, terms };
        await admission({ peer, ledger: uncharged, policy, onRefusal })(asked);
      }
      connected = true;
    },
    async admit(run, choice) {
      usual = choice.protocol.terms.policy;
      const ledger = await ledgerFor(choice);
      const policy = given ?? (ledger && choice.protocol.terms.policy);
      if (policy === undefined) return undefined;
      connected = true;
      return admission({ peer, ledger: ledger ?? memoryLedger(), policy, run, onRefusal });
    },
    explain(error) {
      if (limit === undefined) return error;
      return new VeilmatchError(
        'refused',
        `${refusedBy(limit, { given, usual })}: ${
          connected
            ? 'of your list the partner has seen the size alone, and it may have counted the run'
            : 'no connection was made, and nothing was counted'
        }. --policy names another one; veilmatch budget says in words what one allows.`,
      );
    },
    close: async () => ledger?.close(),
  };
}
