// SPDX-License-Identifier: Apache-2.0
/** An error message that depends on its code alone cannot hold the value that was given. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VeilmatchError } from '../../src/errors.js';
import { normalizeEmail } from '../../src/identifiers/email.js';
import { normalizePhone } from '../../src/identifiers/phone.js';
import { type PlatformProfile, profiles } from '../../src/identifiers/profiles.js';
import { country, numberLikeText } from './phone-numbers.js';

const text = fc.oneof(
  numberLikeText,
  fc.string({ unit: 'binary' }),
  fc.emailAddress().map((address) => `${address}@`),
  fc.stringMatching(/^\d\.\d{2,6}E\+1\d$/),
);
const home = fc.oneof(country, fc.constant(undefined), fc.stringMatching(/^[A-Z+0-9]{0,12}$/));

type Call = (text: string, country: string | undefined, assigned: boolean) => unknown;
const calls: [string, Call][] = [
  ['normalizePhone', (value, where, assigned) => normalizePhone(value, { country: where, assigned })],
  ['normalizeEmail', (value) => normalizeEmail(value)],
  ...Object.entries(profiles).flatMap(([name, profile]): [string, Call][] => [
    [`${name}.email`, (value) => (profile as PlatformProfile).email(value)],
    ...(profile.phone === undefined
      ? []
      : ([
          [
            `${name}.phone`,
            (value, where, assigned) =>
              (profile as PlatformProfile).phone(value, { country: where, assigned }),
          ],
        ] as [string, Call][])),
  ]),
];

describe('a message says the same for every value', () => {
  test.each(calls)('%s', (_, call) => {
    const messages = new Map<string, Set<string>>();
    fc.assert(
      fc.property(text, home, fc.boolean(), (value, where, assigned) => {
        try {
          call(value, where, assigned);
        } catch (error) {
          expect(error).toBeInstanceOf(VeilmatchError);
          const { code, message, cause, position, offset } = error as VeilmatchError;
          expect([cause, position, offset]).toEqual([undefined, undefined, undefined]);
          messages.set(code, (messages.get(code) ?? new Set()).add(message));
        }
      }),
      { numRuns: 400 },
    );
    expect(messages.size).toBeGreaterThan(1);
    // 'not-valid' is a number that nobody has, or one that the platform does not take.
    for (const [code, texts] of messages)
      expect(texts.size).toBeLessThanOrEqual(code === 'not-valid' ? 2 : 1);
  });
});
