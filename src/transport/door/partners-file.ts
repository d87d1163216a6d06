// SPDX-License-Identifier: Apache-2.0
/**
 * The partners' file: JSON in which an operator names partners, by `docs/partners.schema.json`. What is not known there is
 * refused, and an error names the place, never what stands there.
 */

import { requireObject, requirePath, requireText } from '../../arguments.js';
import { fromUtf8, hexToBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import type { Policy } from '../../psi/index.js';
import { fileError, nodeFiles } from '../files/files.js';
import { certificatesIn } from './certificates.js';
import {
  type CertificateKey,
  type CertificateOfAuthority,
  checkAll,
  findFault,
  type Offer,
  type OfferSetting,
  type Partner,
  PartnerFault,
  type Partners,
} from './partners.js';
import { isToken } from './tokens.js';

/** Ten thousand partners, or a bundle of authorities; anything larger is the wrong file. */
export const MAX_PARTNERS_BYTES = 4_194_304;

/** Where a file of partners comes from. */
export interface PartnersSource {
  /** What errors call the file. Default: `The list of partners`. */
  readonly source?: string | undefined;
  /** The certificate, in PEM, that an entry names as its authority, by the path that stands there. */
  readonly authority: (path: string) => Promise<string>;
}

/**
 * Partners of a file's text.
 * @throws {VeilmatchError} `bad-file`, with the place in the JSON, for anything that is not as it should be; what `authority`
 * throws
 * @example
 * ```ts
 * import { parsePartners } from 'veilmatch/transport';
 *
 * const text = '{ "partners": [{ "name": "acme", "policy": { "largestSet": 1000, "budgets": [] } }] }';
 * const { partners } = await parsePartners(text, { authority: async () => '' });
 * console.log(partners[0]?.policy?.largestSet); // → 1000
 * ```
 */
export async function parsePartners(text: string, options: PartnersSource): Promise<Partners> {
  requireText(text, 'The text');
  requireObject(options, 'The options', 'authority');
  const { source = 'The list of partners', authority } = options;
  try {
    const { partners: entries, all } = fieldsOf(parseJson(text), '', ['partners', 'all', '$schema']);
    const partners: Partner[] = [];
    for (const [i, entry] of listOf(entries, 'partners').entries()) {
      partners.push(await parsePartner(entry, `partners[${i}]`, authority));
    }
    findFault(partners);
    if (all === undefined) return { partners };
    return { partners, all: { budgets: checkAll(fieldsOf(all, 'all', ['budgets']).budgets) } };
  } catch (error) {
    if (!(error instanceof PartnerFault)) throw error;
    const where = error.path === '' ? '' : ` ${error.path}`;
    throw new VeilmatchError('bad-file', `${source}:${where} ${error.message}`);
  }
}

/**
 * Reads a file of partners. Authorities are files that it names, relative to itself.
 * @throws {VeilmatchError} `io`, `bad-file`; `unsupported` where there are no files
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readPartners } from 'veilmatch/transport';
 *
 * const path = join(mkdtempSync(join(tmpdir(), 'veilmatch-')), 'partners.json');
 * writeFileSync(path, '{ "partners": [{ "name": "acme" }] }');
 * console.log((await readPartners(path)).partners.map(({ name }) => name)); // → [ 'acme' ]
 * ```
 */
export async function readPartners(path: string): Promise<Partners> {
  requirePath(path, 'The path');
  const { dirname, resolve } = process.getBuiltinModule('node:path');
  return parsePartners(await readText(path), {
    source: pathName(path),
    authority: (name) => readText(resolve(dirname(path), name)),
  });
}

async function parsePartner(
  entry: unknown,
  path: string,
  authority: PartnersSource['authority'],
): Promise<Partner> {
  const { name, tokens, certificates, policy, offers } = fieldsOf(entry, path, [
    ...(['name', 'tokens', 'certificates', 'policy', 'offers'] as const),
  ]);
  const known: (CertificateKey | CertificateOfAuthority)[] = [];
  for (const [i, certificate] of listOf(
    certificates === undefined ? [] : certificates,
    `${path}.certificates`,
  ).entries()) {
    known.push(await parseCertificate(certificate, `${path}.certificates[${i}]`, authority));
  }
  return {
    name: textOf(name, `${path}.name`),
    tokens: listOf(tokens === undefined ? [] : tokens, `${path}.tokens`).map((hash, i) =>
      parseHash(hash, `${path}.tokens[${i}]`),
    ),
    certificates: known,
    // Checked with all others.
    ...(policy !== undefined && { policy: policy as Policy }),
    ...(offers !== undefined && {
      offers: listOf(offers, `${path}.offers`).map((offer, i) => parseOffer(offer, `${path}.offers[${i}]`)),
    }),
  };
}

/** A flag of the command line without its dashes. */
const SETTING = /^[a-z][a-z-]{0,30}$/;

function parseOffer(entry: unknown, path: string): Offer {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw new PartnerFault(path, 'must be an object.');
  }
  const { name, policy, ...rest } = entry as Record<string, unknown>;
  const settings = Object.entries(rest).map(([key, value]): [string, OfferSetting] => {
    if (!SETTING.test(key)) {
      throw new PartnerFault(path, 'has a name in it that is none: lower case letters and hyphens are.');
    }
    return [key, settingOf(value, `${path}.${key}`)];
  });
  return {
    name: textOf(name, `${path}.name`),
    ...(policy !== undefined && { policy: policy as Policy }),
    settings: Object.fromEntries(settings),
  };
}

function settingOf(value: unknown, path: string): OfferSetting {
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return value as boolean | number;
  if (Array.isArray(value)) return value.map((one, i) => textOf(one, `${path}[${i}]`));
  if (typeof value === 'string') return textOf(value, path);
  throw new PartnerFault(path, 'must be a text, a whole number, true or false, or a list of texts.');
}

async function parseCertificate(
  entry: unknown,
  path: string,
  authority: PartnersSource['authority'],
): Promise<CertificateKey | CertificateOfAuthority> {
  const { key, subject, authority: file } = fieldsOf(entry, path, ['key', 'subject', 'authority']);
  if (key !== undefined) {
    if (subject === undefined && file === undefined) return { key: parseHash(key, `${path}.key`) };
    throw new PartnerFault(path, 'has a key, which says it all: leave subject and authority away.');
  }
  if (file === undefined) throw new PartnerFault(path, 'needs a key, or an authority.');
  const pem = await authority(textOf(file, `${path}.authority`));
  try {
    certificatesIn(pem);
  } catch {
    throw new PartnerFault(
      `${path}.authority`,
      'names a file that holds no certificate, or one that cannot be read.',
    );
  }
  if (subject === undefined) return { authority: pem };
  const text = textOf(subject, `${path}.subject`);
  if (!/^[\w.]+=[^\n]+$/.test(text)) {
    throw new PartnerFault(
      `${path}.subject`,
      'must be a name as RFC 4514 writes it, the most particular part first, such as CN=acme,O=Acme. ' +
        'It is printed by: openssl x509 -noout -subject -nameopt RFC2253,-esc_msb -in FILE',
    );
  }
  return { authority: pem, subject: text };
}

function parseHash(value: unknown, path: string): Uint8Array {
  const text = textOf(value, path);
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(text) ?? [];
  if (hex !== undefined) return hexToBytes(hex);
  throw new PartnerFault(
    path,
    isToken(text)
      ? 'is a token itself, and should be its hash only: make a new one with veilmatch token NAME --add FILE.'
      : 'must be "sha256:" and 64 hexadecimal digits in lower case.',
  );
}

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= 4096) return value;
  throw new PartnerFault(path, value === undefined ? 'is missing.' : 'must be a text.');
}

function listOf(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new PartnerFault(path, value === undefined ? 'is missing: a list is needed.' : 'must be a list.');
}

function fieldsOf<Name extends string>(
  value: unknown,
  path: string,
  names: readonly Name[],
): Partial<Record<Name, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PartnerFault(path, 'must be an object.');
  }
  const unknown = Object.keys(value).find((name) => !(names as readonly string[]).includes(name));
  if (unknown !== undefined) {
    // A name of letters is no identifier of anybody; anything else is not repeated.
    const which = /^[a-z]{1,30}$/i.test(unknown) ? ` "${unknown}" is none of them.` : '';
    throw new PartnerFault(path, `may have ${names.join(', ')}, and nothing else.${which}`);
  }
  return value as Partial<Record<Name, unknown>>;
}

/** Editors on Windows begin a file with a byte order mark. */
export function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(withoutMark(text));
  } catch (error) {
    // The rest of the message quotes what stands there.
    const [, place] = /at position (\d+)/.exec((error as SyntaxError).message) ?? [];
    const line =
      place === undefined ? '' : `: line ${text.slice(0, Number(place)).split('\n').length} does not fit`;
    throw new PartnerFault('', `is not JSON${line}.`);
  }
}

/** @throws {VeilmatchError} `io`, `bad-file` */
async function readText(path: string): Promise<string> {
  const files = nodeFiles();
  try {
    const file = await files.open(path, 'r');
    try {
      // One byte more than allowed tells a file that is too long, whatever it says of its size.
      const bytes = new Uint8Array(MAX_PARTNERS_BYTES + 1);
      let length = 0;
      for (let read = 1; read > 0 && length < bytes.length; length += read) {
        read = (await file.read(bytes, length, bytes.length - length)).bytesRead;
      }
      if (length <= MAX_PARTNERS_BYTES) return fromUtf8(bytes.subarray(0, length));
      throw new VeilmatchError('bad-file', `${pathName(path)} is longer than ${MAX_PARTNERS_BYTES} bytes.`);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError('read', path, error);
  }
}
