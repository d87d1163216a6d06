// SPDX-License-Identifier: Apache-2.0
/** `veilmatch serve`: lets partners find out what their list shares with this one. */

import { VeilmatchError } from '../../errors.js';
import { createBackend, type GroupBackend } from '../../group/index.js';
import { checkStdin, type Io } from '../../lists/io.js';
import { withOutputs } from '../../lists/output.js';
import { withSharedRows } from '../../lists/shared-rows.js';
import type { ListProtocol } from '../../psi/run/command-line.js';
import {
  type FolderRunStore,
  isRunStore,
  type ListenOptions,
  openRunStore,
  partyTerms,
} from '../../transport/index.js';
import type { Command, ExitStatus } from '../command.js';
import { type Choice, choose, type Flags, modeOf, partyOf } from '../flags/choice.js';
import { LIST_ARGUMENT, statusFor } from '../flags/list-options.js';
import { type Own, ownOf, readOwn } from '../flags/own.js';
import { readPolicy } from '../flags/policy.js';
import { checkOutput, listenOptions, type ServeFlags, serveOptions } from '../flags/serve-options.js';
import { checkLedger, openLedger } from '../secrets/state-folder.js';
import { readUnlock } from '../secrets/unlock.js';
import { leftOutNote } from './connect-run.js';
import { dryRun } from './serve-dry-run.js';
import { Service, type Serving } from './service.js';

/** @param protocols that it runs */
export const serveCommand = (protocols: readonly ListProtocol[]): Command => ({
  name: 'serve',
  summary: 'let partners with a token or a certificate find out what your lists share',
  arguments: [LIST_ARGUMENT],
  options: serveOptions(protocols),
  help: `
The partner runs veilmatch connect and learns the result; this party learns the size of the partner's list and nothing of
the result, unless both say --to both or --reveal ids. With --role receiver it is the other way round: this party asks, and the
partner, with --role sender, answers. Whoever connects needs a token or a client certificate, on this machine too: any web page reaches its
visitor's own ports. TLS is version 1.3. Standard error gets a line of JSON for each event, with the run's id.

--partners names who may connect, and what each is known by:
  {"partners": [{"name": "acme", "tokens": ["sha256:..."],
     "certificates": [{"key": "sha256:..."}, {"authority": "ca.pem", "subject": "CN=acme,O=Acme"}, {"authority": "acme-ca.pem"}],
     "policy": {"budgets": [{"hours": 24, "elements": 100000}]}}],
   "all": {"budgets": [{"hours": 24, "elements": 1000000}]}}
Budgets hold for the name, whatever it shows; those of "all" for everybody together. A key is the SHA-256 of the certificate's
public key; a subject is written as in RFC 4514; an authority without one is the partner's own. Authorities are files beside
this one.

A partner that asks for invented identifiers is answered like any other. Sizes and budgets are all there is against it:
--dry-run says how long a whole numbering plan would take.

With --state the runs of partners that keep theirs (veilmatch connect --state) can be cut on either side and go on: by the
same partner, with an unchanged list, once in the budget. Their files are erased when they are complete or have expired.

Examples:
  veilmatch token acme --add partners.json -o acme.token
  veilmatch serve customers.csv --country US --reveal cardinality --partners partners.json --dry-run
  veilmatch serve customers.csv --country US --reveal intersection --listen 0.0.0.0:8443 \\
    --tls-cert server.pem --tls-key server.key --partners partners.json --policy policy.json
  veilmatch serve members.csv --country US --reveal cardinality --people --partners partners.json
  veilmatch serve sales.csv --column phone --country US --reveal sum --value-column amount --value-digits 2 \\
    --partners partners.json
  veilmatch serve records.csv --column phone --country US --reveal ids --once -o pseudonyms.csv --partners partners.json
`,
  run: (args, options, io) => run(protocols, args, options as unknown as ServeFlags, io),
});

async function run(
  protocols: readonly ListProtocol[],
  args: readonly string[],
  flags: ServeFlags,
  io: Io,
): Promise<ExitStatus> {
  const choice = choose(protocols, flags, flags as unknown as Flags);
  const party = partyOf(choice);
  await checkOutput(flags, choice, args[0]!);
  checkStdin([args[0], flags.partners, flags.policy]);
  const { listening: door, all } = await listenOptions(flags, io);
  const { output, role } = flags;
  const listening = { ...door, mode: modeOf(choice.protocol), role };
  const policy =
    flags.policy === undefined ? choice.protocol.terms.policy : await readPolicy(flags.policy, io);
  let rejected = 0;
  await withSharedRows(flags.dryRun ? undefined : output, flags.spill, io, async (rows) => {
    const read = await readOwn(args[0]!, flags, [choice], io, rows);
    rejected = read.summary.rejected;
    const own = ownOf(choice, read, flags);
    if (flags.dryRun) {
      if (flags.ledger !== undefined) await checkLedger(flags.ledger);
      const text = dryRun(flags, listening, { policy, all }, choice, own);
      await withOutputs([undefined], [], io, (stdout) => stdout.write(text));
      return;
    }
    let stored = false;
    const store = async (result: unknown): Promise<void> => {
      if (rows === undefined || party.rows === undefined || stored) return;
      stored = true;
      const placed = own.placed(party.rows.of(result));
      await withOutputs([output], [], io, (file) =>
        rows.write(file!, placed.rows, read, flags, placed.columns),
      );
    };
    await serve(flags, listening, { choice, own, policy, all, store }, io);
  });
  return statusFor(flags, rejected);
}

async function serve(flags: ServeFlags, listening: ListenOptions, serving: Serving, io: Io): Promise<void> {
  const { choice, own } = serving;
  const runs = await openRuns(flags, choice, own, io);
  const ledger = await openLedger(flags.ledger).catch(async (error) => {
    await runs?.close();
    throw error;
  });
  const backend = await createBackend();
  try {
    await tryOut(choice, own, backend, io);
    const { partners = [] } = listening;
    await new Service(flags, { ...serving, backend, partners, ledger, runs }, io).run(listening);
  } finally {
    await backend.dispose();
    await runs?.close();
    await ledger.close();
  }
}

/** What every run would end in is found out before anybody connects. @throws {VeilmatchError} what the machine throws */
async function tryOut(
  { protocol, role, options }: Choice,
  own: Own,
  backend: GroupBackend,
  io: Io,
): Promise<void> {
  const given = { ...options, ...leftOutNote(protocol, io), backend };
  await protocol[role].machine(own.own, given).abandon();
}

/** @throws {VeilmatchError} `argument`, also for runs that nobody has said to go on with; `bad-file`, `io` */
async function openRuns(
  { state, stateKeyFile, stateDays, resume, pad }: ServeFlags,
  { protocol, role, options }: Choice,
  { own }: Own,
  io: Io,
): Promise<FolderRunStore | undefined> {
  if (state === undefined) {
    if (!resume && stateKeyFile === undefined) return undefined;
    throw new VeilmatchError('argument', '--resume and --state-key-file go with --state.');
  }
  const unlock = await readUnlock(stateKeyFile, !(await isRunStore(state)), io);
  const terms = partyTerms(protocol, role, own, { ...options, pad });
  const runs = await openRunStore(state, unlock, { terms, lifetimeSeconds: stateDays * 86_400 });
  if (runs.unfinished === 0 || resume) return runs;
  await runs.close();
  throw new VeilmatchError(
    'argument',
    runs.unfinished === 1
      ? `${state} holds a run that was cut. --resume lets it go on; to give it up, remove the folder.`
      : `${state} holds ${runs.unfinished} runs that were cut. --resume lets them go on; to give them up, remove the folder.`,
  );
}
