// SPDX-License-Identifier: Apache-2.0
/** `veilmatch connect`: takes part in a run with a partner that serves its list. */

import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import { checkStdin, type Io } from '../../lists/io.js';
import { checkFileNames, withOutputs } from '../../lists/output.js';
import { type Spill, withSharedRows } from '../../lists/shared-rows.js';
import type { ListProtocol } from '../../psi/described/command-line.js';
import { checkedUrl } from '../../transport/door/address.js';
import type { ConnectOptions } from '../../transport/index.js';
import type { Command, ExitStatus } from '../command.js';
import { type Choice, choose, type Flags, partyOf, revealOption, roleOption } from '../flags/choice.js';
import { type GuardFlags, openGuard, partnerName } from '../flags/guard.js';
import {
  assignedOption,
  LIST_ARGUMENT,
  listOptions,
  statusFor,
  strictOption,
} from '../flags/list-options.js';
import {
  checkKeep,
  keepOption,
  reportFile,
  reportOption,
  spillOption,
  spreadsheetOption,
} from '../flags/output-options.js';
import { ownOf, padOption, readOwn, writtenWith } from '../flags/own.js';
import { readPolicy } from '../flags/policy.js';
import { protocolOptions, wordsOf } from '../flags/protocol-options.js';
import { timeOptions } from '../flags/serve-options.js';
import { runPage } from '../report/run-page.js';
import { summaryJson, summaryText } from '../report/run-report.js';
import { readCertificates, readKeyPair, readToken } from '../secrets/credentials.js';
import { RunState, type StateFlags } from '../secrets/run-state.js';
import { ledgerFile, ledgerOption } from '../secrets/state-folder.js';
import { stateKeyOption } from '../secrets/unlock.js';
import { dryRun } from './connect-dry-run.js';
import { type AskFlags, ask, checkRows } from './connect-run.js';

interface ConnectFlags extends AskFlags, StateFlags, GuardFlags {
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly idleSeconds: number;
  readonly progressSeconds: number;
  readonly totalSeconds: number;
  readonly spill: Spill;
  readonly spreadsheet?: true;
  readonly report?: string;
  readonly json?: true;
  readonly dryRun?: true;
}

/** @param protocols that it runs */
export const connectCommand = (protocols: readonly ListProtocol[]): Command => ({
  name: 'connect',
  summary: 'find out what your list shares with the one that a partner serves',
  arguments: [
    { name: '<url>', description: 'wss://host:port of the partner; ws:// on this machine only' },
    LIST_ARGUMENT,
  ],
  options: connectOptions(protocols),
  help: `
The partner runs veilmatch serve. It learns the size of this list and whether there are telephone numbers, e-mail
addresses or both in it, and of the result what --reveal and --to say: with intersection and cardinality nothing, unless both say
--to both. Standard output gets a summary; the rows
that are shared go to the file of -o, as line, phone and email, where the partner reveals which they are; with --reveal ids all
rows, each with its pseudonym. --keep adds other columns of this list, which stay here. Until then a large
list waits beside that file, in a folder that only you can enter and that is removed at the end: it is personal data (--spill).

With --reveal sum the party that answers has an amount in each row, and --value-column names it. Where that is this party, it
says --role sender, and the partner serves with --role receiver. Amounts are decimals, and never rounded: --value-digits says at
both parties how many digits they have after the point.

With --reveal cardinality, sum and ids each row has one identifier, and those of both lists are of one kind. Where rows have
several, --people takes all of them for one person; without it, name one column: --column NAME=phone.

A run that is cut writes nothing. With --state it goes on where it was, by the same command and --resume: with the same
list, the same partner, and the credentials that it was begun with. The state is erased when the run is complete.

Examples:
  veilmatch connect wss://partner.example:8443 customers.csv --country US --token-file partner.token --dry-run
  veilmatch connect wss://partner.example:8443 customers.csv --country US --token-file partner.token -o shared.csv
  veilmatch connect wss://partner.example:8443 customers.csv --country US --token-file partner.token --report run.html
  veilmatch connect wss://partner.example:8443 customers.csv --country US --token-file partner.token \\
    --reveal cardinality --people
  veilmatch connect wss://partner.example:8443 viewers.csv --column phone --country US --token-file partner.token \\
    --reveal sum --value-digits 2
  veilmatch connect wss://partner.example:8443 sales.csv --column phone --country US --token-file partner.token \\
    --reveal sum --role sender --value-column amount --value-digits 2
  veilmatch connect wss://partner.example:8443 patients.csv --column phone --country US --token-file partner.token \\
    --reveal ids -o pseudonyms.csv
`,
  run: (args, options, io) => run(protocols, args, options as unknown as ConnectFlags, io),
});

function connectOptions(protocols: readonly ListProtocol[]): Option[] {
  return [
    new Option('--token-file <FILE>', 'the token that the partner issued, alone in this file'),
    new Option('--ca <FILE>', "authorities to trust in place of this machine's, PEM"),
    new Option('--client-cert <FILE>', 'certificate to show to the partner, PEM'),
    new Option('--client-key <FILE>', 'its key, PEM'),
    revealOption(protocols, 'go on only if the partner reveals this (default: what it offers)'),
    roleOption('receiver'),
    ...protocolOptions(protocols),
    padOption(),
    new Option('--partner <NAME>', 'what budgets call the partner (default: the name in the URL)'),
    new Option(
      '--policy <FILE>',
      'sizes and budgets of what the partner may learn of this list, JSON (default: the one that --dry-run shows); where it ' +
        'learns nothing, the largest size of its list alone',
    ),
    ledgerOption(),
    new Option(
      '-o, --output <FILE>',
      'write the rows of the result to this file, which appears when the run is complete; the format goes by its name, as for normalize',
    ),
    keepOption(),
    spillOption(),
    spreadsheetOption(),
    new Option(
      '--state <FOLDER>',
      'keep the run in this folder until it is complete, sealed, so that it can be resumed',
    ),
    stateKeyOption(),
    new Option('--resume', 'go on with the run of --state, which was cut'),
    reportOption(),
    new Option('--json', 'print the summary as JSON'),
    new Option('--dry-run', 'say what would be revealed to whom, and do not connect'),
    ...timeOptions(),
    assignedOption(),
    strictOption(),
    ...listOptions(),
  ];
}

async function run(
  protocols: readonly ListProtocol[],
  args: readonly string[],
  flags: ConnectFlags,
  io: Io,
): Promise<ExitStatus> {
  const url = checkedUrl(args[0]!);
  checkStdin([args[1], flags.tokenFile, flags.policy]);
  const partner = partnerName(flags, url);
  const files = [...checkFileNames({ '--output': flags.output }), ...reportFile(flags)];
  checkKeep(flags);
  if (flags.dryRun && flags.report !== undefined) {
    throw new VeilmatchError(
      'argument',
      '--report is of a run, and --dry-run is none: leave one of them away.',
    );
  }
  const expected = expectedChoice(protocols, flags);
  const credentials = await readCredentials(flags, io);
  const policy = flags.policy === undefined ? undefined : await readPolicy(flags.policy, io);
  const { tokenFile, ca, clientCert, clientKey, stateKeyFile, ledger } = flags;
  const inputs = [
    args[1],
    tokenFile,
    ca,
    clientCert,
    clientKey,
    stateKeyFile,
    flags.policy,
    ledgerFile(ledger),
  ].filter((path) => path !== undefined);
  const guard = flags.dryRun ? undefined : await openGuard(flags, expected, url, io);
  const state = await RunState.open(flags.dryRun ? {} : flags, url.href, io);
  let confirmed = true;
  const status = await withOutputs([undefined, ...files], inputs, io, async (output, ...opened) => {
    const rows = flags.output === undefined ? undefined : opened.shift();
    const [page] = opened;
    const keeping = rows === undefined || flags.dryRun ? undefined : flags.output;
    return withSharedRows(keeping, flags.spill, io, async (kept): Promise<ExitStatus> => {
      const { role } = flags;
      const choices =
        flags.reveal === undefined ? protocols.map((protocol) => ({ protocol, role })) : [expected];
      const read = await readOwn(args[1]!, flags, choices, io, kept);
      if (guard === undefined) {
        const agreed = flags.reveal !== undefined;
        const own = agreed ? ownOf(expected, read, flags) : read;
        const told = { host: url.host, partner, agreed, policy, pad: flags.pad };
        await output!.write(dryRun(own, expected, told));
        return statusFor(flags, read.summary.rejected);
      }
      const asking = { protocols, flags, credentials, state, guard, io };
      const { summary, choice, own, result } = await ask(url, read, expected, asking);
      confirmed = result.confirmed !== false;
      const party = partyOf(choice);
      if (rows !== undefined && party.rows !== undefined) {
        const placed = own.placed(party.rows.of(result));
        await kept?.write(rows, placed.rows, read, flags, placed.columns);
      }
      const { commandLine } = choice.protocol;
      const people = commandLine.takes?.(choice.options) === 'people';
      const words = party.words(result, choice.options, writtenWith(flags));
      await output!.write(flags.json ? summaryJson(summary) : summaryText(summary, words, people));
      const { title } = choice.protocol;
      await page?.write(
        runPage(summary, { title, leakage: choice.protocol.leakage(choice.options), words, people }),
      );
      return statusFor(flags, read.summary.rejected);
    });
  })
    .catch(async (error) => {
      await state.journal?.close();
      throw guard === undefined ? error : guard.explain(error);
    })
    .finally(() => guard?.close());
  // Only now the result is where it belongs.
  await state.settle(confirmed, io);
  return status;
}

/**
 * What is run if the partner offers it: what `--reveal` says, or else the first that goes with the flags.
 * @throws {VeilmatchError} `argument` for flags that go with nothing
 */
function expectedChoice(protocols: readonly ListProtocol[], flags: ConnectFlags): Choice {
  const { role, output } = flags;
  const chosen = (reveal: string): Choice => choose(protocols, { reveal, role }, flags as unknown as Flags);
  if (flags.reveal !== undefined) {
    const choice = chosen(flags.reveal);
    checkRows(choice, output);
    return choice;
  }
  let first: unknown;
  for (const reveal of wordsOf(protocols)) {
    try {
      return chosen(reveal);
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

async function readCredentials(flags: ConnectFlags, io: Io): Promise<ConnectOptions> {
  const { tokenFile, ca, clientCert, clientKey, dryRun } = flags;
  const { idleSeconds, progressSeconds, totalSeconds } = flags;
  if ((clientCert === undefined) !== (clientKey === undefined)) {
    throw new VeilmatchError('argument', '--client-cert and --client-key belong together: give both.');
  }
  if (tokenFile === undefined && clientCert === undefined && !dryRun) {
    throw new VeilmatchError(
      'argument',
      'Give what the partner knows you by: --token-file, or --client-cert and --client-key.',
    );
  }
  return {
    limits: { idleSeconds, progressSeconds, totalSeconds },
    token: tokenFile === undefined ? undefined : await readToken(tokenFile, io),
    tls: {
      ca: ca === undefined ? undefined : await readCertificates(ca, io),
      ...(clientCert === undefined ? {} : await readKeyPair(clientCert, clientKey!, io)),
    },
  };
}
