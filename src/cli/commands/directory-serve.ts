// SPDX-License-Identifier: Apache-2.0
/** `veilmatch directory serve`: answers clients that look for their contacts, and hands the files out. */

import { Option } from 'commander';
import { headerOf } from '../../directory/directory.js';
import { ServedDirectory } from '../../directory/serving.js';
import { answerFiles } from '../../directory/web-files.js';
import { VeilmatchError } from '../../errors.js';
import { createBackend } from '../../group/index.js';
import { checkStdin } from '../../lists/io.js';
import { defaultContactPolicy } from '../../policy/policy.js';
import type { ListenOptions } from '../../transport/index.js';
import type { Command } from '../command.js';
import {
  type DirectoryFlags,
  FOLDER_ARGUMENT,
  placesOf,
  privateOptions,
} from '../flags/directory-options.js';
import { readPolicy } from '../flags/policy.js';
import {
  type DoorFlags,
  doorOptions,
  listenOptions,
  loadOptions,
  timeOptions,
} from '../flags/serve-options.js';
import { parseCount } from '../flags/values.js';
import { log, Metrics } from '../report/monitor.js';
import { type AccountFlags, accountOptions, openAccounts } from '../secrets/accounts.js';
import { ledgerOption, openDatabaseLedger } from '../secrets/state-folder.js';
import { DirectoryService, type LetIn } from './directory-service.js';

interface DirectoryServeFlags extends DirectoryFlags, DoorFlags, AccountFlags {
  readonly policy?: string;
  readonly ledger?: string;
  readonly metrics?: number;
  readonly requests: number;
  readonly watch?: true;
}

export const directoryServeCommand: Command = {
  name: 'directory serve',
  summary: 'answer clients that look for their contacts in a directory, and hand its files out',
  arguments: [FOLDER_ARGUMENT],
  options: [
    ...doorOptions(),
    ...accountOptions(),
    ...privateOptions(),
    new Option(
      '--policy <FILE>',
      'sizes and budgets of each account that has none of its own, JSON (default: for one address book)',
    ),
    ledgerOption('', 'directory.db in SQLite, or ledger.json on a Node before 22.13,'),
    ...loadOptions(256),
    new Option('--requests <N>', 'downloads at once at most').argParser(parseCount).default(64),
    ...timeOptions(),
    new Option(
      '--watch',
      'read the accounts anew when the file of partners has changed, as SIGHUP has them read',
    ),
  ],
  help: `
A client learns which of its contacts are members; this server learns how many it asked for. Every answer is a guess that it may test,
and who it is has to be known: by a token or a certificate in --partners, which are accounts here, as for veilmatch serve. Budgets hold
for each account. The files are for everybody: they are worth nothing without answers.

Where a service of yours knows the clients already, it signs JSON Web Tokens: --jwks says by which keys, --jwt-audience for whom they
have to be. Each needs an expiry (exp), and the account is its issuer and subject (iss, sub), of which the log and the ledger have a
hash.

veilmatch directory add, remove and rotate may be run beside it: what they change is taken up with the next client, and runs that have
begun end with what they began with. SIGHUP, and --watch where the file of partners has changed, have accounts, keys and policies read
anew.

A client whose line is cut comes back to its question for a quarter of an hour, and is charged once.

Examples:
  veilmatch token ada --add accounts.json -o ada.token
  veilmatch directory serve public --listen 0.0.0.0:8443 --tls-cert server.pem --tls-key server.key --partners accounts.json
  veilmatch directory serve public --listen 0.0.0.0:8443 --tls-cert server.pem --tls-key server.key \\
    --jwks https://login.example/jwks.json --jwt-audience directory.example --origin https://app.example
`,
  async run([folder = ''], options, io) {
    const flags = options as unknown as DirectoryServeFlags;
    checkStdin([flags.partners, flags.policy, flags.jwks, flags.privateKeyFile]);
    const place = await placesOf(folder, flags, io);
    const letIn = async (): Promise<{ readonly listening: ListenOptions; readonly of: LetIn }> => {
      const { listening, all } = await listenOptions(flags, io);
      const accounts = await openAccounts(flags, io, () => log(io, 'keys-unavailable'));
      const policy = flags.policy === undefined ? defaultContactPolicy : await readPolicy(flags.policy, io);
      return { listening, of: { policy, all, partners: listening.partners ?? [], accounts } };
    };
    const { listening, of } = await letIn();
    const metrics = new Metrics();
    let size = 0;
    const tell = (event: string): void => {
      const { setId: set, epoch, segments } = headerOf(directory.state);
      const now = segments.reduce((sum, segment) => sum + segment.size, 0);
      metrics.add('veilmatch_list_identifiers', now - size);
      size = now;
      if (event !== '') log(io, event, { set, epoch, size });
    };
    const directory: ServedDirectory = await ServedDirectory.open(place, (error) => {
      if (error === undefined) tell('changed');
      else log(io, 'unchanged', { code: error instanceof VeilmatchError ? error.code : 'unforeseen' });
    });
    tell('');
    const ledger = await openDatabaseLedger(flags.ledger);
    const backend = await createBackend({ smallBatches: true });
    try {
      const renewed = async (): Promise<LetIn> => (await letIn()).of;
      const given = { directory, letIn: renewed, watched: flags, ledger, backend, metrics };
      const limits = { ...listening.limits, requests: flags.requests };
      const door = { ...listening, limits, onRequest: answerFiles(folder) };
      await new DirectoryService(given, of, io).run(door, flags.metrics);
    } finally {
      await backend.dispose();
      await ledger.close();
    }
    return 0;
  },
};
