// SPDX-License-Identifier: Apache-2.0
/** What people write, value by value; the identifiers of all of them are pinned together with their version. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { normalizeEmail } from '../../src/identifiers/email.js';
import { IDENTIFIER_FORMAT } from '../../src/identifiers/identifier.js';
import { normalizePhone, type PhoneOptions } from '../../src/identifiers/phone.js';
import { type PlatformToken, type ProfileName, profiles } from '../../src/identifiers/profiles.js';
import idna from '../vectors/idna.json' with { type: 'json' };
import messy from '../vectors/messy-values.json' with { type: 'json' };
import { exampleNumbers } from './phone-numbers.js';

type Read = (text: string, options: PhoneOptions) => string;

function functionNamed(name: string): Read {
  if (name === 'normalizePhone') return normalizePhone;
  if (name === 'normalizeEmail') return normalizeEmail;
  const [, profile, field] = name.split('.') as [string, ProfileName, 'phone' | 'email'];
  const read = profiles[profile][field] as (text: string, options: PhoneOptions) => PlatformToken;
  return (text, options) => read(text, options).normalized;
}

/** The identifier, or `refused: code`. */
function outcome(read: Read, text: string, options: PhoneOptions = {}): string {
  try {
    return read(text, options);
  } catch (error) {
    return `refused: ${(error as { code: string }).code}`;
  }
}

describe.each([...new Set(messy.vectors.map((vector) => vector.class))])('%s', (name) => {
  test.each(messy.vectors.filter((vector) => vector.class === name))(
    '$fn of $input with $options is $expected',
    ({ fn, input, options, expected }) => {
      expect(outcome(functionNamed(fn), input, options)).toBe(expected);
    },
  );
});

/**
 * Two versions that make different identifiers of one text must not meet: rows would be missing without a word. So whoever
 * changes this digest raises `IDENTIFIER_FORMAT`, and pins the two of them; but for a version that is in no release yet.
 */
test('what texts become does not change without another version of the identifier format', () => {
  const digest = createHash('sha256');
  for (const { fn, input, options } of messy.vectors) {
    if (!fn.startsWith('profiles.')) digest.update(`${outcome(functionNamed(fn), input, options)}\n`);
  }
  for (const { source } of idna.vectors) digest.update(`${outcome(normalizeEmail, `ada@${source}`)}\n`);
  for (const number of exampleNumbers) {
    const { country } = number;
    for (const text of [number.number, number.number.slice(1), number.formatNational()])
      digest.update(`${outcome(normalizePhone, text, { country })}\n`);
  }
  expect([IDENTIFIER_FORMAT, digest.digest('hex')]).toEqual([
    2,
    'b46b6f41f2fe3aeccc4e394a3bb2a045068c3b3bab7e9001ff4adbc3d8b685dd',
  ]);
});
