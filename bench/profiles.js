// SPDX-License-Identifier: Apache-2.0
/** What the platforms' rules make of one address and one number: read off the rules themselves, not written down. */

import { profiles } from 'veilmatch/identifiers';
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
function linkTo({ kind, url, states }) {
  const of = states === undefined ? '' : `: ${states}`;
  return `[${kind === 'own' ? 'published' : 'third party'}](${url})${of}`;
}

/** @returns {string} */
export function profileTable() {
  const rows = Object.entries(profiles).map(([name, profile]) => {
    const email = profile.email(EMAIL);
    const phone = profile.phone?.(PHONE);
    const hashes = [...new Set([email, phone].flatMap((token) => (token ? [hashOf(token)] : [])))];
    const source = profile.sources.map(linkTo).join(', ');
    const written = phone === undefined ? 'not published' : `\`${phone.normalized}\``;
    return [`\`${name}\``, `\`${email.normalized}\``, written, hashes.join('; '), source];
  });
  return table(['profile', `\`${EMAIL}\``, `\`${PHONE}\``, 'hash', 'sources'], rows);
}
