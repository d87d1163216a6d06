// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { bytesToHex } from '../../src/bytes.js';
import { randomScalar } from '../../src/random.js';
import { readKeyFile, writeKeyFile } from '../../src/transport/files/key-file.js';
import { temporary } from '../cli/harness.js';
import { expectCode } from '../suites/errors.js';

const secret = randomScalar();
const unlock = { key: new Uint8Array(32).fill(3) };

it('a key file gives back the secret, to its owner, with the right key', async () => {
  const path = temporary('server.key');
  await writeKeyFile(path, secret, unlock);
  expect(await readKeyFile(path, unlock)).toEqual(secret);
  await expectCode('bad-file', () => readKeyFile(path, { key: new Uint8Array(32) }));
  expect(readdirSync(dirname(path))).toEqual(['server.key']);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('a key file takes a passphrase, and never holds the secret in the clear', async () => {
  const path = temporary('server.key');
  await writeKeyFile(path, secret, { passphrase: 'correct horse' }, { scrypt: { logN: 4, r: 1, p: 1 } });
  expect(await readKeyFile(path, { passphrase: 'correct horse' })).toEqual(secret);
  expect(readFileSync(path).toString('hex')).not.toContain(bytesToHex(secret));
});

it('a key that is written again has another salt and nonce, and the old one is gone', async () => {
  const path = temporary('server.key');
  await writeKeyFile(path, secret, unlock);
  const before = readFileSync(path);
  await writeKeyFile(path, secret, unlock);
  expect(readFileSync(path).subarray(24, 76).equals(before.subarray(24, 76))).toBe(false);
});

it('a file that is missing, or no key, is refused', async () => {
  await expectCode('io', () => readKeyFile(temporary('missing.key'), unlock));
  const path = temporary('server.key');
  writeFileSync(path, 'hello');
  await expectCode('bad-file', () => readKeyFile(path, unlock));
  await expectCode('io', () => writeKeyFile(temporary('no/such/folder'), secret, unlock));
});
