// SPDX-License-Identifier: Apache-2.0
/** What the platforms' rules make of one address and one number: read off the rules themselves, not written down. */

import { profiles, uploadRows } from 'veilmatch/identifiers';
import { table } from './cells.js';

const EMAIL = 'Ada.Lovelace+News@GMail.com';
const PHONE = '+44 (0)20 7946 0958';

/** Hashes by the length of a token in bytes. */
const HASHES = new Map([
  [32, 'SHA-256'],
  [20, 'SHA-1'],
  [16, 'MD5'],
]);

/** @param {{ token: string }} token */
function hashOf({ token }) {
  const hex = /^[\da-f]+$/.test(token);
  const bytes = Buffer.from(token, hex ? 'hex' : 'base64').length;
  return `${HASHES.get(bytes)}, ${hex ? 'hex' : 'base64'}`;
}

/** @param {import('veilmatch/identifiers').PlatformSource} source */
function linkTo({ kind, url, as, states }) {
  const of = states === undefined ? '' : `: ${states}`;
  const how = as === undefined ? '' : ` (read as ${as === 'copy' ? 'a copy' : 'an excerpt'})`;
  return `[${kind === 'own' ? 'published' : 'third party'}](${url})${how}${of}`;
}

/**
 * @template T
 * @param {() => T} read
 */
function taken(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** @returns {string} */
export function profileTable() {
  const rows = Object.entries(profiles).map(([name, profile]) => {
    const email = taken(() => profile.email(EMAIL));
    const phone = profile.phone?.(PHONE);
    // Of one that refuses the address its hash is told by another.
    const plain = profile.email('ada@example.com');
    const hashes = [...new Set([email ?? plain, phone].flatMap((token) => (token ? [hashOf(token)] : [])))];
    const source = profile.sources.map(linkTo).join(', ');
    const written = phone === undefined ? 'not published' : `\`${phone.normalized}\``;
    const address = email === undefined ? 'refused' : `\`${email.normalized}\``;
    return [`\`${name}\``, address, written, hashes.join('; '), source];
  });
  return table(['profile', `\`${EMAIL}\``, `\`${PHONE}\``, 'hash', 'sources'], rows);
}

/** One of everything that uploads take. */
const PERSON = {
  email: 'ada.lovelace@example.com',
  phone: PHONE,
  firstName: 'Mary-Ann',
  lastName: 'O’Neil Jr.',
  street: '12 Main St.',
  city: 'St. John’s',
  state: 'New York',
  postalCode: '10001-1234',
  country: 'United States',
  birthDate: '2/16/1997',
  gender: 'Female',
  mobileId: 'AECE52E7-03EE-455A-B3C4-E57283966239',
  externalId: 'C-42',
};

/** @typedef {import('veilmatch/identifiers').UploadField} UploadField */
/** @typedef {keyof typeof PERSON} Kind */

const KINDS = /** @type {Kind[]} */ (Object.keys(PERSON));

/** @returns {string} what each platform makes of the other fields; what it takes in the clear is in italics */
export function fieldTable() {
  const fields = /** @type {UploadField[]} */ (KINDS.filter((kind) => kind !== 'email' && kind !== 'phone'));
  const rows = Object.entries(profiles).flatMap(([name, profile]) => {
    if (profile.fields.length === 0) return [];
    const cells = fields.map((field) => {
      if (!profile.fields.includes(field)) return '';
      const { normalized, token } = profile.field(field, PERSON[field], { country: 'US' });
      const shown = field === 'mobileId' ? `${normalized.slice(0, 4)}…` : normalized;
      return normalized === token ? `*${shown}*` : `\`${shown}\``;
    });
    return [[`\`${name}\``, ...cells]];
  });
  const samples = fields.map((field) =>
    field === 'mobileId' ? `${PERSON[field].slice(0, 4)}…` : PERSON[field],
  );
  return table(['profile', ...fields.map((field, i) => `${field}: ${samples[i]}`)], rows);
}

/** @returns {string} the file of each platform: laid out for a person with one of everything */
export function uploadTable() {
  const names = /** @type {import('veilmatch/identifiers').ProfileName[]} */ (Object.keys(profiles));
  const rows = names.flatMap((profile) => {
    const { uploadSources } = profiles[profile];
    if (uploadSources.length === 0) return [];
    const { files } = uploadRows([PERSON], { profile });
    const columns = files.map(({ kind, header, rows: [row = []] }) => {
      const list = header === undefined ? kindsOf(profile, row) : header.map((each) => `\`${each}\``);
      const without = header === undefined ? ', without a header' : '';
      return `${kind === undefined ? '' : `${kind}: `}${list.join(', ')}${without}`;
    });
    const limit = files[0]?.limit;
    return [
      [
        `\`${profile}\``,
        columns.join('; '),
        limit === undefined ? 'any' : limit.toLocaleString('en'),
        uploadSources.map(linkTo).join(', '),
      ],
    ];
  });
  return table(['profile', 'columns', 'rows a file', 'sources'], rows);
}

/**
 * @param {import('veilmatch/identifiers').ProfileName} profile
 * @param {readonly string[]} row - without a header
 * @returns {string[]} what stands in it, read off rows of one kind alone
 */
function kindsOf(profile, row) {
  const { unused } = uploadRows([PERSON], { profile });
  const tokens = KINDS.filter((kind) => !unused.includes(kind)).map((kind) => {
    const { files } = uploadRows([{ [kind]: PERSON[kind] }], { profile });
    return { kind, token: files[0]?.rows[0]?.[0] };
  });
  return row.map((cell) => tokens.find(({ token }) => token === cell)?.kind ?? '');
}
