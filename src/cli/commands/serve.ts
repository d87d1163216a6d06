// SPDX-License-Identifier: Apache-2.0
/** `veilmatch serve`: lets partners find out what their list shares with this one. */

import { VeilmatchError } from '../../errors.js';
import { createBackend, type GroupBackend } from '../../group/index.js';
import { STDIN } from '../../lists/address.js';
import { checkStdin, type Io } from '../../lists/io.js';
import { withOutputs } from '../../lists/output.js';
import { withSharedRows } from '../../lists/shared-rows.js';
import type { ListProtocol } from '../../psi/described/command-line.js';
import { type FolderRunStore, isRunStore, type ListenOptions, openRunStore } from '../../transport/index.js';
import type { Command, ExitStatus } from '../command.js';
import { type Choice, choose, type Flags } from '../flags/choice.js';
import { LIST_ARGUMENT, statusFor } from '../flags/list-options.js';
import { checkKeep } from '../flags/output-options.js';
import { checkOutput, type ServeFlags, serveOptions } from '../flags/serve-options.js';
import { asEvents } from '../report/monitor.js';
import { checkLedger, openLedger } from '../secrets/state-folder.js';
import { readUnlock } from '../secrets/unlock.js';
import { leftOutNote } from './connect-run.js';
import { type Agreement, loadOffering, type Offering } from './offering.js';
import { dryRun } from './serve-dry-run.js';
import { Service } from './service.js';

/** @param protocols that it runs */
export const serveCommand = (protocols: readonly ListProtocol[]): Command => ({
  name: 'serve',
  summary: 'let partners with a token or a certificate find out what your lists share',
  arguments: [{ ...LIST_ARGUMENT, name: '[file]' }],
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

Instead of a list and --reveal, that file may say what each partner is offered, at wss://HOST/NAME; settings are the flags of this
command without dashes:
  {"name": "acme", "tokens": ["sha256:..."], "offers": [
     {"name": "members", "list": "members.csv", "country": "US", "reveal": "cardinality", "people": true},
     {"name": "sales", "list": "sales.csv", "reveal": "sum", "value-column": "amount", "value-digits": 2, "policy": {"budgets": []}}]}
All flags can stand in a file, called as they are, and files are named from its folder: --config FILE. It is read at the start;
  {"partners": "partners.json", "listen": "0.0.0.0:8443", "tls-cert": "server.pem", "tls-key": "server.key", "metrics": 9090}
SIGHUP has the file of partners, the policy and all lists read anew; where they cannot be read, all stays as it was.

A partner that asks for invented identifiers is answered like any other. Sizes and budgets are all there is against it:
--dry-run says how long a whole numbering plan would take.

With --state the runs of partners that keep theirs (veilmatch connect --state) can be cut on either side and go on: by the
same partner, with an unchanged list, once in the budget. Their files are erased when they are complete or have expired.

Examples:
  veilmatch token acme --add partners.json -o acme.token
  veilmatch serve customers.csv --country US --reveal cardinality --partners partners.json --dry-run
  veilmatch serve customers.csv --country US --reveal intersection --listen 0.0.0.0:8443 \\
    --tls-cert server.pem --tls-key server.key --partners partners.json --policy policy.json
  veilmatch serve --partners agreements.json --watch --ledger postgres://ledger.example/budgets \\
    --listen 0.0.0.0:8443 --tls-cert server.pem --tls-key server.key
  veilmatch serve --config serve.json
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
  const list = args[0];
  const usual = usualOf(protocols, list, flags);
  if (usual === undefined) checkKeep(flags);
  else await checkOutput(flags, usual, list!);
  if (usual === undefined && flags.output !== undefined) throw noRows();
  checkStdin([list, flags.partners, flags.policy]);
  let rejected = 0;
  await withSharedRows(flags.dryRun ? undefined : flags.output, flags.spill, io, async (rows) => {
    // Standard input, and rows that wait on disk, are there once.
    const once = list === STDIN || rows !== undefined;
    // A dry run speaks to a person; the log of a server is JSON from its first line on.
    const saying = flags.dryRun ? io : asEvents(io);
    const load = (): Promise<Offering> => loadOffering({ protocols, list, usual, flags, rows }, saying);
    const offering = await load();
    rejected = offering.rejected;
    const { door } = offering;
    const listening = usual === undefined ? door : { ...door, mode: usual.protocol.mode, role: flags.role };
    if (flags.dryRun) {
      if (flags.ledger !== undefined) await checkLedger(flags.ledger);
      const text = dryRun(flags, offering);
      await withOutputs([undefined], [], io, (stdout) => stdout.write(text));
      return;
    }
    await serve(flags, listening, offering, once ? undefined : load, io);
  });
  return statusFor(flags, rejected);
}

/**
 * What is offered to partners whose entry offers nothing by itself.
 * @throws {VeilmatchError} `argument`
 */
function usualOf(
  protocols: readonly ListProtocol[],
  list: string | undefined,
  flags: ServeFlags,
): Choice | undefined {
  const { reveal } = flags;
  if (list !== undefined && reveal !== undefined) {
    return choose(protocols, { ...flags, reveal }, flags as unknown as Flags);
  }
  if (list === undefined && reveal === undefined && flags.partners !== undefined) return undefined;
  throw new VeilmatchError(
    'argument',
    'Give a list and what is revealed of it with --reveal; or neither, where --partners says of each partner what it is offered.',
  );
}

function noRows(): VeilmatchError {
  return new VeilmatchError(
    'argument',
    'Rows of what partners are offered by the partners file are not written. Leave --output away.',
  );
}

/** @param load reads all anew; undefined where that cannot be */
async function serve(
  flags: ServeFlags,
  listening: ListenOptions,
  offering: Offering,
  load: (() => Promise<Offering>) | undefined,
  io: Io,
): Promise<void> {
  const runs = await openRuns(flags, offering, io);
  const ledger = await openLedger(flags.ledger).catch(async (error) => {
    await runs?.close();
    throw error;
  });
  const backend = await createBackend();
  const checked = async (offered: Offering): Promise<Offering> => {
    for (const agreement of offered.agreements) await tryOut(agreement, backend, io);
    return offered;
  };
  try {
    await checked(offering);
    const renewed = load && (async () => checked(await load()));
    await new Service(flags, { offering, renewed, backend, ledger, runs }, io).run(listening);
  } finally {
    await backend.dispose();
    await runs?.close();
    await ledger.close();
  }
}

/** What every run would end in is found out before anybody connects. @throws {VeilmatchError} what the machine throws */
async function tryOut(
  { choice: { protocol, role, options }, own }: Agreement,
  backend: GroupBackend,
  io: Io,
): Promise<void> {
  const given = { ...options, ...leftOutNote(protocol, asEvents(io)), backend };
  await protocol[role].machine(own.own, given).abandon();
}

/** @throws {VeilmatchError} `argument`, also for runs that nobody has said to go on with; `bad-file`, `io` */
async function openRuns(
  { state, stateKeyFile, stateDays, resume }: ServeFlags,
  { agreements }: Offering,
  io: Io,
): Promise<FolderRunStore | undefined> {
  if (state === undefined) {
    if (!resume && stateKeyFile === undefined) return undefined;
    throw new VeilmatchError('argument', '--resume and --state-key-file go with --state.');
  }
  const unlock = await readUnlock(stateKeyFile, !(await isRunStore(state)), io);
  const terms = agreements.map((agreement) => agreement.terms);
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
