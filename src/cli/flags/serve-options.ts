// SPDX-License-Identifier: Apache-2.0
/** The options of `veilmatch serve`, and what they come to. */

import { InvalidArgumentError, Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import { placeName } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import { checkOutputFiles } from '../../lists/output.js';
import type { Spill } from '../../lists/shared-rows.js';
import type { ListProtocol } from '../../psi/described/command-line.js';
import { isLoopback, MAX_ADDRESS } from '../../transport/door/address.js';
import { authoritiesOf, haveCertificates } from '../../transport/door/certificates.js';
import type { ListenOptions, Partner, Partners, ServerTls } from '../../transport/index.js';
import { readCertificates, readKeyPair, readPartnersFile, readRevocations } from '../secrets/credentials.js';
import { ledgerFile, ledgerOption } from '../secrets/state-folder.js';
import { stateKeyOption } from '../secrets/unlock.js';
import { type Choice, partyOf, type RevealFlags, revealOption, roleOption } from './choice.js';
import { configOption } from './config-file.js';
import { assignedOption, listOptions, strictOption } from './list-options.js';
import { checkKeep, keepOption, spillOption, spreadsheetOption } from './output-options.js';
import { type OwnFlags, padOption } from './own.js';
import { protocolOptions } from './protocol-options.js';
import { parseCount, wholeNumber } from './values.js';

/** Where a server listens, and to whom. */
export interface DoorFlags {
  readonly listen: { readonly host: string; readonly port: number };
  readonly partners?: string;
  /** Who else is known by what. */
  readonly jwks?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly clientCrl?: string;
  readonly origin?: readonly string[];
  readonly host?: readonly string[];
  readonly runs: number;
  readonly runsPerPartner: number;
  readonly helloSeconds: number;
  readonly idleSeconds: number;
  readonly progressSeconds: number;
  readonly totalSeconds: number;
  readonly dryRun?: true;
}

export interface ServeFlags extends OwnFlags, DoorFlags, RevealFlags {
  readonly policy?: string;
  readonly ledger?: string;
  readonly state?: string;
  readonly stateKeyFile?: string;
  readonly stateDays: number;
  readonly resume?: true;
  readonly metrics?: number;
  readonly once?: true;
  readonly watch?: true;
  readonly output?: string;
  readonly spill: Spill;
  readonly spreadsheet?: true;
}

export function serveOptions(protocols: readonly ListProtocol[]): Option[] {
  return [
    configOption(),
    revealOption(
      protocols,
      'what the party that asks learns, most often the partner: which of its rows are shared, how many, a sum over them, or a ' +
        'pseudonym for each row; needed with a list',
    ),
    roleOption('sender'),
    ...protocolOptions(protocols),
    padOption(),
    ...doorOptions(),
    new Option(
      '--policy <FILE>',
      'sizes and budgets of each partner that has none of its own, JSON (default: the one that --dry-run shows)',
    ),
    ledgerOption(),
    new Option(
      '--state <FOLDER>',
      'keep runs in this folder until they are complete, sealed: they can be resumed',
    ),
    stateKeyOption(),
    new Option('--state-days <N>', 'how long a run can be resumed').argParser(parseCount).default(7),
    new Option('--resume', 'go on with the runs of --state that were cut when this program ended'),
    ...loadOptions(4),
    ...timeOptions(),
    new Option(
      '--watch',
      'read the partners file and all lists anew when that file has changed, as SIGHUP has them read',
    ),
    new Option('--once', 'end after the first run that is complete'),
    new Option(
      '-o, --output <FILE>',
      'with --once, where this party learns something of its rows: write them to this file',
    ),
    keepOption(),
    spillOption(),
    spreadsheetOption(),
    new Option('--dry-run', 'say what would be revealed to whom, and do not listen'),
    assignedOption(),
    strictOption(),
    ...listOptions(),
  ];
}

/** Where a server listens, and to whom. */
export function doorOptions(): Option[] {
  return [
    new Option('--listen <HOST:PORT>', 'where to listen; off this machine only with TLS')
      .argParser(parseAddress)
      .default({ host: '127.0.0.1', port: 8443 }, '127.0.0.1:8443'),
    new Option(
      '--partners <FILE>',
      'who may connect, and what each is offered: names, with tokens, certificates, offers and limits, JSON; `veilmatch token NAME --add FILE` makes one',
    ),
    new Option('--tls-cert <FILE>', "this server's certificate and those between it and its authority, PEM"),
    new Option('--tls-key <FILE>', 'its key, PEM'),
    new Option(
      '--client-ca <FILE>',
      'authorities of client certificates besides those that partners name, PEM; for partners who are known by a key',
    ),
    new Option('--client-crl <FILE>', 'revocation lists of all authorities of client certificates, PEM'),
    new Option(
      '--origin <URL>',
      'let web pages of this origin connect, such as https://example.com; repeatable (default: none)',
    ).argParser(parseOrigin),
    new Option('--host <NAME>', 'a name of this server that is not in its certificate; repeatable').argParser(
      collect,
    ),
  ];
}

/** How much a server bears. @param runs at once, unless something else is said */
export function loadOptions(runs: number): Option[] {
  return [
    new Option('--metrics <PORT>', 'serve /healthz and /metrics on this port of 127.0.0.1').argParser(
      wholeNumber(0, 65_535, 'Give a port, from 0 (any that is free) to 65535.'),
    ),
    new Option('--runs <N>', 'runs at once at most').argParser(parseCount).default(runs),
    new Option(
      '--runs-per-partner <N>',
      'runs at once of one partner at most, where no place is kept for another one',
    )
      .argParser(parseCount)
      .default(2),
    new Option(
      '--hello-seconds <N>',
      'give a partner up that was let in and has not begun its run in this time',
    )
      .argParser(parseCount)
      .default(60),
  ];
}

/** How long a party waits. */
export function timeOptions(): Option[] {
  return [
    new Option('--idle-seconds <N>', 'give a silent partner up after this time')
      .argParser(parseCount)
      .default(60),
    new Option('--progress-seconds <N>', 'give a partner up that is there, but makes this one wait so long')
      .argParser(parseCount)
      .default(3600),
    new Option('--total-seconds <N>', 'give a run up after this time').argParser(parseCount).default(21_600),
  ];
}

/** What the server lets in. @throws {VeilmatchError} `io`, `bad-file`, `argument` */
export async function listenOptions(
  flags: DoorFlags,
  io: Io,
): Promise<{ readonly listening: ListenOptions; readonly all: Partners['all'] }> {
  const { listen, origin, host, runs, runsPerPartner } = flags;
  const { helloSeconds, idleSeconds, progressSeconds, totalSeconds } = flags;
  checkDoor(flags);
  const { partners, all } = await readPartners(flags, io);
  const tls = await readTls(flags, io);
  const listening: ListenOptions = {
    ...listen,
    tls,
    partners,
    origins: origin,
    hosts: host,
    limits: {
      channels: runs,
      channelsPerPeer: runsPerPartner,
      ...{ helloSeconds, idleSeconds, progressSeconds, totalSeconds },
    },
  };
  return { listening, all };
}

/** @throws {VeilmatchError} `io`; `bad-file`, also for a file that lets nobody in */
async function readPartners({ partners: path, tlsCert, clientCa }: DoorFlags, io: Io): Promise<Partners> {
  if (path === undefined) return { partners: [] };
  const read = await readPartnersFile(path, io);
  const known = read.partners.flatMap(({ tokens = [], certificates = [] }) => [...tokens, ...certificates]);
  if (known.length === 0) {
    throw new VeilmatchError(
      'bad-file',
      `${placeName(path)} has no partner with a token or a certificate. Add one with: veilmatch token NAME --add FILE`,
    );
  }
  if (tlsCert === undefined && haveCertificates(read.partners)) {
    throw new VeilmatchError(
      'argument',
      `${placeName(path)} has partners who are known by a certificate, which takes TLS: give --tls-cert and --tls-key.`,
    );
  }
  if (
    clientCa === undefined &&
    haveCertificates(read.partners) &&
    authoritiesOf(read.partners).length === 0
  ) {
    throw new VeilmatchError(
      'argument',
      `${placeName(path)} has partners who are known by a key, and no authority: give that of their certificates with ` +
        '--client-ca.',
    );
  }
  for (const warning of neverMatching(read.partners, clientCa !== undefined)) {
    io.stderr.write(`warning: ${placeName(path)}: ${warning}\n`);
  }
  return read;
}

/** Entries that are well-formed, and that most likely no certificate can ever match. */
function neverMatching(partners: readonly Partner[], clientCa: boolean): string[] {
  return partners.flatMap(({ name, certificates = [] }, i) =>
    certificates.flatMap((certificate, j) => {
      const at = `partners[${i}].certificates[${j}]`;
      if ('key' in certificate) {
        // The authority of another partner as a whole would make it that partner's.
        if (clientCa || authoritiesOf([{ name, certificates }]).length > 0) return [];
        return [
          `${at} is a key, and the only authorities are those of other partners: a certificate that none of them has issued is ` +
            'turned away. Give its authority with --client-ca.',
        ];
      }
      const { subject } = certificate;
      if (subject === undefined || !isGeneralFirst(subject)) return [];
      return [
        `${at}.subject has the order of openssl's own, the most general part first, and is compared in that of RFC 4514, such as ` +
          'CN=acme,O=Acme. It is printed by: openssl x509 -noout -subject -nameopt RFC2253,-esc_msb -in FILE',
      ];
    }),
  );
}

/** A blank after a comma, or a country first and a common name last. */
function isGeneralFirst(subject: string): boolean {
  return /^subject=|[^\\], /.test(subject) || /^(?:C|O|DC|ST|L)=.*,CN=[^,]*$/.test(subject);
}

/**
 * What `listen` asks for, in the words of this command and before the list is read.
 * @throws {VeilmatchError} `argument`
 */
function checkDoor({ listen, tlsCert, partners, jwks, dryRun }: DoorFlags): void {
  // A dry run says itself that nobody can come.
  if (partners === undefined && jwks === undefined && !dryRun) {
    throw new VeilmatchError(
      'argument',
      'Give --partners, a file made by veilmatch token NAME --add FILE: any web page can reach an open port of its visitor.',
    );
  }
  if (tlsCert === undefined && !isLoopback(listen.host)) {
    throw new VeilmatchError(
      'argument',
      'Listening where other machines can connect needs TLS: give --tls-cert and --tls-key.',
    );
  }
}

/** @throws {VeilmatchError} `argument` where there would be no rows to write, or not once; `io` */
export async function checkOutput(
  { output, keep, once, ledger, partners }: ServeFlags,
  choice: Choice,
  list: string,
): Promise<void> {
  checkKeep({ keep, output });
  if (output === undefined) return;
  if (!once || !partyOf(choice).rows?.when(choice.options)) {
    throw new VeilmatchError(
      'argument',
      'This party has rows to write only with --once, and where it learns something of them: with --reveal intersection by --to ' +
        'both or --role receiver, or with --reveal ids. Give these, or leave --output away.',
    );
  }
  const inputs = [list, ledgerFile(ledger), partners].filter((path) => path !== undefined);
  await checkOutputFiles({ '--output': output }, inputs);
}

async function readTls(
  { tlsCert, tlsKey, clientCa, clientCrl }: DoorFlags,
  io: Io,
): Promise<ServerTls | undefined> {
  const given = [tlsCert, tlsKey, clientCa, clientCrl].some((path) => path !== undefined);
  if (!given) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new VeilmatchError('argument', 'TLS needs both --tls-cert and --tls-key.');
  }
  return {
    ...(await readKeyPair(tlsCert, tlsKey, io)),
    clientCa: clientCa === undefined ? undefined : await readCertificates(clientCa, io),
    clientCrl: clientCrl === undefined ? undefined : await readRevocations(clientCrl, io),
  };
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** As browsers write it. */
function parseOrigin(text: string, before: readonly string[] = []): string[] {
  const isOrigin = text.length <= MAX_ADDRESS && URL.canParse(text) && new URL(text).origin === text;
  if (isOrigin) return [...before, text];
  throw new InvalidArgumentError(
    'Give scheme, host and port where it is not the usual one, such as https://example.com.',
  );
}

function parseAddress(text: string): { host: string; port: number } {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d{1,5})$/.exec(text) ?? [];
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new InvalidArgumentError('Give HOST:PORT, such as 127.0.0.1:8443, 0.0.0.0:8443 or [::1]:8443.');
}
