// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { LEAST_BYTES, readBase64, readHex, TokenList } from '../../../src/attack/tokens.js';
import { bytesToHex, equalBytes, utf8 } from '../../../src/bytes.js';
import { readTokens } from '../../../src/cli/flags/tokens.js';
import {
  partnersOf,
  readCertificates,
  readKeyPair,
  readPeerKey,
  readToken,
} from '../../../src/cli/secrets/credentials.js';
import { readKey, readSalt } from '../../../src/cli/secrets/secrets.js';
import { joinTokens } from '../../../src/hashing/join.js';
import type { Io } from '../../../src/lists/io.js';
import { partnerOfToken } from '../../../src/transport/door/partners.js';
import { hashToken } from '../../../src/transport/door/tokens.js';
import { scratch } from '../support/scratch.js';
import {
  attempt,
  attemptSync,
  CANARY,
  demand,
  type FuzzTarget,
  Reader,
  textOf,
  texts,
} from '../support/target.js';

const HEX = 'c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2';
const BASE64 = 'w6uP8Tcg6K2QR905Rms8iXTlksL6OD1KOWBxTK7wxPI=';

/** Of a partner that there is not; nobody has its key any more. */
const CERTIFICATE = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBMzCB2qADAgECAgkB/WsGdadvGc8wCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJ',
  'YXV0aG9yaXR5MB4XDTI2MTEyODEzMDg0MFoXDTI2MTEyODE2MDg0MFowEjEQMA4G',
  'A1UEAwwHcGFydG5lcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMHW7brSvLh+',
  'DAeDAMVZ2JoIt+aBb6yiN/Euqw1qnoM9lzrmFHBR7ZmfyHfkg9blU8T7T+N7BqAV',
  'Xl06QiMVc66jFzAVMBMGA1UdJQQMMAoGCCsGAQUFBwMCMAoGCCqGSM49BAMCA0gA',
  'MEUCIHcxMqCAnR4jM+PFlpoe4o6U+JiYMDnTf1wKJw5TRYWrAiEAsc9iIIvhtq/j',
  'WdiuE7MHMH62xNLktgomGuj7VNCVrfA=',
  '-----END CERTIFICATE-----',
].join('\n');

/** Standard input that holds this, in two pieces. */
export function ioOf(bytes: Uint8Array): Io {
  const half = bytes.length >> 1;
  const pieces = [bytes.subarray(0, half), bytes.subarray(half)].filter(({ length }) => length > 0);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  return { stdin: Readable.from(pieces, { objectMode: true }), stdout: nowhere, stderr: nowhere };
}

const seedsOf = (...all: string[]): Uint8Array[] =>
  texts(...all).flatMap((bytes) => [0, 1, 2, 3].map((how) => Uint8Array.of(how, ...bytes)));

/** Tokens of people: a line for each, as a list and as a file. */
export const tokens: FuzzTarget = {
  name: 'tokens',
  reads: 'tokens in hexadecimal and base64, lists and files of them',
  sources: ['src/attack/tokens.ts', 'src/hashing/join.ts', 'src/cli/flags/tokens.ts'],
  maxBytes: 1024,
  steps: [10_000, 200],
  words: [HEX, BASE64, CANARY.email, '=', '==', '-', '_', ',', '\n', 'email_sha256'],
  seeds: () =>
    seedsOf(
      `${HEX}\n${HEX.toUpperCase()}\n`,
      `${BASE64}\n${BASE64.slice(0, -1)}\n`,
      `id,email_sha256,phone\n1,${HEX},${HEX}\n2,${HEX},${CANARY.phone}\n`,
      `${HEX.slice(0, 8)}\n${HEX.slice(8, 16)}\n`,
      `email\n${HEX}\n${CANARY.email}\n${HEX}\n${HEX}\n`,
    ),
  async run(input) {
    const reader = new Reader(input);
    const how = reader.byte();
    const rest = reader.rest();
    const all = textOf(rest).split('\n');
    const truncated = how % 2 === 1;
    const list = attemptSync(() => TokenList.read(all, 32, truncated));
    if (list !== undefined) {
      demand(
        list.size <= all.length && list.tokenBytes >= LEAST_BYTES,
        'There are more digests than tokens.',
      );
      const again = TokenList.read(
        Array.from({ length: list.size }, (_, i) => list.textOf(i)),
        32,
        truncated,
      );
      demand(equalBytes(again.digests, list.digests), 'Tokens changed when they were written again.');
    }
    for (const token of all.slice(0, 4)) {
      const bytes = readHex(token);
      if (bytes !== undefined)
        demand(bytesToHex(bytes) === token.toLowerCase(), 'Hexadecimal was read as something else.');
      readBase64(token);
    }
    const half = all.length >> 1;
    const join = attemptSync(() => joinTokens(all.slice(0, half), all.slice(half)));
    if (join !== undefined) demand(join.size <= join.matches.length, 'More tokens match than rows.');
    const options = {
      named: (name: string) => /mail/i.test(name) === how % 4 > 1,
      truncated,
      ...(how % 8 > 3 && { column: 'email' }),
      ...(how % 16 > 7 && { wholeBytes: 32 }),
    };
    await attempt(() => readTokens('-', options, ioOf(rest)));
  },
};

/** As `veilmatch token NAME --add FILE` writes it. */
const partnersFile = (...names: readonly string[]): string =>
  JSON.stringify({
    partners: names.map((name, i) => ({
      name,
      tokens: i === 0 ? [`sha256:${bytesToHex(hashToken(CANARY.token))}`] : [],
    })),
  });

/** What lets a partner in. */
export const credentials: FuzzTarget = {
  name: 'credentials',
  reads: 'tokens and files of partners, lists of keys, certificates, keys, salts',
  sources: [
    'src/transport/door/tokens.ts',
    'src/transport/door/partners.ts',
    'src/transport/door/partners-file.ts',
    'src/cli/secrets/credentials.ts',
    'src/cli/secrets/secrets.ts',
  ],
  maxBytes: 2048,
  steps: [2_000, 100],
  words: [CANARY.token, HEX, 'sha256:', 'ed25519:', 'partner ', '-----BEGIN PRIVATE KEY-----', 'ENCRYPTED'],
  seeds: () => [
    ...texts(CERTIFICATE, `${CERTIFICATE}\n${CERTIFICATE}`).flatMap((bytes) =>
      [4, 5].map((how) => Uint8Array.of(how, ...bytes)),
    ),
    ...texts(HEX, HEX.slice(2), '', `salt\r\n`).flatMap((bytes) =>
      [6, 7].map((how) => Uint8Array.of(how, ...bytes)),
    ),
    ...seedsOf(CANARY.token, partnersFile('partner'), partnersFile('a', 'b'), `partner ed25519:${HEX}\n`),
  ],
  async run(input) {
    const reader = new Reader(input);
    const how = reader.byte() % 8;
    const rest = reader.rest();
    if (how === 0) await attempt(() => readToken('-', ioOf(rest)));
    else if (how === 1) {
      // The other partners of the file are named on purpose: here the input is spared what must not be said.
      const text = textOf(rest).replaceAll(/kanarienvogel|@voliere|4155550142/gi, 'x');
      await attempt(() => readPeerKey('-', 'partner', ioOf(utf8(text))));
    } else if (how === 4) await attempt(() => readCertificates('-', ioOf(rest)));
    else if (how === 5) {
      const path = scratch('certificate');
      writeFileSync(path, rest.subarray(0, CERTIFICATE.length));
      const key = rest.subarray(CERTIFICATE.length);
      await attempt(() => readKeyPair(path, '-', ioOf(key)));
    } else if (how === 6) await attempt(() => readKey('-', ioOf(rest)));
    else if (how === 7) await attempt(() => readSalt('-', ioOf(rest)));
    else {
      const known = await attempt(() =>
        partnersOf(Buffer.from(rest).toString('latin1'), 'the list', ioOf(rest)),
      );
      if (known === undefined) return;
      const { partners } = known;
      for (const hash of partners.flatMap(({ tokens = [] }) => tokens))
        demand(hash.length === 32, 'A hash has another length.');
      const peer = partnerOfToken(CANARY.token, partners);
      demand(peer === undefined || partners.includes(peer), 'A partner is none of the list.');
    }
  },
};
