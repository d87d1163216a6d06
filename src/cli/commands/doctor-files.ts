// SPDX-License-Identifier: Apache-2.0
/**
 * Files that a run would read, told apart by what is in them: certificates and their dates, keys, tokens and who can read
 * them, partners, policies, and jobs with all that they name.
 */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { VeilmatchError } from '../../errors.js';
import { isLocal, placeName, STDIN } from '../../lists/address.js';
import { filesFitting } from '../../lists/glob.js';
import type { Io } from '../../lists/io.js';
import { pathName } from '../../path-name.js';
import { checkPolicy } from '../../psi/index.js';
import { systemReason } from '../../system-reason.js';
import { isSignedToken, isToken } from '../../transport/door/tokens.js';
import type { Command } from '../command.js';
import { objectIn, withoutSchema, wrongIn } from '../flags/config-file.js';
import {
  argumentNameOf,
  isPlaceArgument,
  isPlaceOption,
  readSettings,
  settableOptions,
  settingNameOf,
} from '../flags/settings.js';
import { type Finding, finding } from '../report/findings.js';
import { partnersOf } from '../secrets/credentials.js';
import { readSmall } from '../secrets/secrets.js';
import { readJob } from './run.js';

interface Looking {
  /** That a job can name. */
  readonly commands: readonly Command[];
  readonly io: Io;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A certificate that ends sooner is told of: a month is what renewing one by hand takes. */
const SOON_DAYS = 30;
const DAY = 86_400_000;

/** Of these files, and of those that jobs among them name, each once. */
export async function fileFindings(paths: readonly string[], looking: Looking): Promise<Finding[]> {
  const seen = new Set<string>();
  const waiting = [...paths];
  const found: Finding[] = [];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (seen.has(resolve(path))) continue;
    seen.add(resolve(path));
    const { findings, names = [] } = await fileFinding(path, looking);
    found.push(...findings);
    waiting.push(...names);
  }
  return found;
}

interface Looked {
  readonly findings: readonly Finding[];
  /** Files that it names. */
  readonly names?: readonly string[];
}

const one = (path: string, state: Finding['state'], says: string): Looked => ({
  findings: [finding(placeName(path), state, says)],
});

async function fileFinding(path: string, looking: Looking): Promise<Looked> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) =>
    systemReason(error.code ?? 'unknown'),
  );
  if (typeof found === 'string') return one(path, 'wrong', `Cannot be read: ${found}.`);
  if (found.isDirectory()) return one(path, 'ok', 'a folder');
  try {
    // A list may be long, and what is looked for is not.
    if (found.size > MAX_SMALL) return one(path, 'ok', 'readable; too long for a key or a certificate');
    const text = (await readSmall(path, looking.io, MAX_SMALL)).toString('utf8');
    const readers = found.mode & 0o077;
    return await contentFinding(path, text, process.platform !== 'win32' && readers !== 0, looking);
  } catch (error) {
    if (!(error instanceof VeilmatchError)) throw error;
    return one(path, 'wrong', error.message);
  }
}

/** Bytes of the largest file that an operator writes. */
const MAX_SMALL = 4_194_304;

async function contentFinding(
  path: string,
  text: string,
  shared: boolean,
  looking: Looking,
): Promise<Looked> {
  const secret = (what: string): Looked =>
    shared
      ? one(path, 'note', `${what}, which others on this machine can read: chmod 600 ${pathName(path)}`)
      : one(path, 'ok', `${what}, for its owner alone`);
  const trimmed = text.trim();
  if (isToken(trimmed) || isSignedToken(trimmed)) return secret('a token');
  if (/^(?:[0-9a-f]{2}){32,}$/i.test(trimmed)) return secret('a key');
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return privateKey(path, text, secret);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return certificates(path, text, looking.now);
  if (trimmed.startsWith('{')) return json(path, trimmed, looking);
  return one(path, 'ok', 'readable');
}

function privateKey(path: string, text: string, secret: (what: string) => Looked): Looked {
  try {
    createPrivateKey(text);
    return secret('a private key');
  } catch {
    return one(
      path,
      'wrong',
      'A private key that is encrypted or damaged. openssl pkey -in FILE -out NEWFILE takes a passphrase off.',
    );
  }
}

function certificates(path: string, text: string, now: number): Looked {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const findings = blocks.map((block, i) => {
    const name = blocks.length === 1 ? placeName(path) : `${placeName(path)} (${i + 1})`;
    try {
      return dated(name, new X509Certificate(block), now);
    } catch {
      return finding(name, 'wrong', 'A certificate that cannot be read.');
    }
  });
  return { findings };
}

function dated(name: string, { validFrom, validTo }: X509Certificate, now: number): Finding {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  if (now < from) {
    return finding(
      name,
      'wrong',
      `A certificate that holds from ${day(from)} only: is the clock of this machine right?`,
    );
  }
  if (now > to) return finding(name, 'wrong', `A certificate that ended on ${day(to)}. Renew it.`);
  const days = Math.floor((to - now) / DAY);
  const says = `a certificate until ${day(to)}`;
  return days < SOON_DAYS
    ? finding(name, 'note', `${says}, ${days} days from now: renew it`)
    : finding(name, 'ok', says);
}

async function json(path: string, text: string, looking: Looking): Promise<Looked> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A list of JSON Lines begins alike.
    return one(path, 'ok', 'readable');
  }
  const fields = withoutSchema(objectIn(value, '', wrongIn(path)));
  if ('partners' in fields && Array.isArray(fields.partners)) {
    const { partners } = await partnersOf(text, path, looking.io);
    const authorities = fields.partners.flatMap(authoritiesIn).map((name) => resolve(dirname(path), name));
    return {
      ...one(path, 'ok', `partners: ${partners.map(({ name }) => name).join(', ') || 'none yet'}`),
      names: authorities,
    };
  }
  if ('budgets' in fields) {
    checkPolicy(value);
    return one(path, 'ok', 'a policy');
  }
  if ('command' in fields) {
    const job = await readJob(looking.commands, path, looking.io);
    return named(path, `a job for veilmatch ${job.command.name}`, job.command, fields.arguments ?? {});
  }
  const serve = looking.commands.find(({ name }) => name === 'serve');
  if (
    serve !== undefined &&
    ('listen' in fields || 'tls-cert' in fields || typeof fields.partners === 'string')
  ) {
    readSettings(serve, fields, dirname(path), false, wrongIn(path));
    return named(path, 'a configuration of veilmatch serve', serve, fields);
  }
  return one(path, 'ok', 'readable');
}

/** Files of authorities that an entry of the partners file names, which was read before. */
function authoritiesIn(partner: unknown): string[] {
  const { certificates: known = [] } = partner as {
    readonly certificates?: readonly { authority?: string }[];
  };
  return known.flatMap(({ authority }) => authority ?? []);
}

/** Places that are written and may not be there yet. */
const WRITTEN: readonly string[] = [
  'output',
  'state',
  'ledger',
  'rejected',
  'cursor',
  'cache',
  'table',
  'private',
  'add',
];

/** The files that a job names: those that are read have to be there, and those that are written a folder. */
async function named(path: string, what: string, command: Command, given: unknown): Promise<Looked> {
  const settings = objectIn(given, '', wrongIn(path));
  const places = [
    ...command.arguments.filter(isPlaceArgument).map(argumentNameOf),
    ...settableOptions(command).filter(isPlaceOption).map(settingNameOf),
  ];
  const findings: Finding[] = [finding(placeName(path), 'ok', what)];
  const names: string[] = [];
  for (const name of places) {
    const value = settings[name];
    // Databases and stores are asked by the run itself.
    if (typeof value !== 'string' || value === STDIN || !isLocal(value)) continue;
    const place = resolve(dirname(path), value);
    if (WRITTEN.includes(name)) findings.push(...(await folderOf(place, name)));
    else names.push(...(await fitting(place)));
  }
  return { findings, names };
}

/** One list may be several files; a pattern that fits none is itself, and not there. */
async function fitting(place: string): Promise<readonly string[]> {
  const files = await filesFitting(place).catch(() => undefined);
  return files === undefined || files.length === 0 ? [place] : files;
}

async function folderOf(place: string, name: string): Promise<Finding[]> {
  const folder = dirname(place);
  return access(folder, constants.W_OK).then(
    () => [],
    (error: NodeJS.ErrnoException) => [
      finding(
        placeName(place),
        'wrong',
        `"${name}" cannot be written there: ${systemReason(error.code ?? 'unknown')}.`,
      ),
    ],
  );
}
