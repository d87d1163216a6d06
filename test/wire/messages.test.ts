// SPDX-License-Identifier: Apache-2.0
/** The messages of the wire format: what is read back, what is tolerated, what is not. */

import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, hexToBytes, utf8 } from '../../src/bytes.js';
import { VeilmatchError } from '../../src/errors.js';
import { buf } from '../../src/wire/build.js';
import { EnvelopeSchema, type Reason, type Suite } from '../../src/wire/generated/veilmatch/psi/v1/psi_pb.js';
import {
  type CloseReason,
  decodeMessage,
  encodeMessage,
  MAX_CONTROL_BYTES,
  MAX_MESSAGE_BYTES,
  type Message,
} from '../../src/wire/messages.js';
import { acceptMessage, checkAccept, openMessage } from '../../src/wire/negotiate.js';
import { expectCode } from '../suites/errors.js';
import { times } from '../support/effort.js';

const REASONS: CloseReason[] = [
  'complete',
  'denied',
  'refused',
  'busy',
  'incompatible',
  'protocol',
  'timeout',
  'rate',
  'aborted',
  'unknown-run',
];

const number = fc.integer({ min: 0, max: 0xffffffff });
const runId = fc.constant('0123456789abcdef');
const held = fc.option(
  fc.record({ frames: number, digest: fc.uint8Array({ minLength: 32, maxLength: 32 }) }),
  { nil: undefined },
);
const messages: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('open' as const),
    versions: fc.array(number, { minLength: 1, maxLength: 32 }),
    suites: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 32 }),
    token: fc.string({ maxLength: 100 }),
    runId: fc.option(runId, { nil: undefined }),
    held,
  }),
  fc.record({
    type: fc.constant('accept' as const),
    version: number,
    suite: fc.integer({ min: 0, max: 1000 }),
    runId,
    held,
    mode: fc.integer({ min: 0, max: 4 }),
  }),
  fc.record({
    type: fc.constant('frame' as const),
    frame: fc.uint8Array({ minLength: 1, maxLength: 1000 }),
  }),
  fc.record({ type: fc.constant('credit' as const), frames: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ type: fc.constant('keepAlive' as const) }),
  fc.record({ type: fc.constant('close' as const), reason: fc.constantFrom(...REASONS) }),
);

type Fields = NonNullable<Parameters<typeof create<typeof EnvelopeSchema>>[1]>['message'];

function encoded(message: NonNullable<Fields>): Uint8Array {
  return toBinary(EnvelopeSchema, create(EnvelopeSchema, { message }));
}

describe('the schema', () => {
  it('is clean under the rules of buf', () => {
    expect(buf(['lint'])).toBe('');
  });
});

describe('a message', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
      }),
    );
  });

  it('has the bytes that the schema gives it', () => {
    expect(encodeMessage({ type: 'frame', frame: Uint8Array.of(1, 2, 3) })).toEqual(
      hexToBytes('1a050a03010203'),
    );
    expect(encodeMessage({ type: 'close', reason: 'denied' })).toEqual(hexToBytes('32020802'));
    expect(encodeMessage(openMessage('x'))).toEqual(hexToBytes('0a090a01011201011a0178'));
  });

  it('may hold fields that the schema does not have', () => {
    // Field 100, a varint, and field 101, a string, in the envelope.
    const unknown = concatBytes(hexToBytes('a00601aa0603'), utf8('abc'));
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodeMessage(concatBytes(encodeMessage(message), unknown))).toEqual(message);
      }),
    );
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['unknown fields alone', hexToBytes('a00601')],
    ['a frame without a byte', encoded({ case: 'frame', value: {} })],
    ['an Open without versions', encoded({ case: 'open', value: { suites: [1] } })],
    ['an Open without suites', encoded({ case: 'open', value: { versions: [1] } })],
    [
      'an Open with 33 versions',
      encoded({ case: 'open', value: { versions: Array(33).fill(1), suites: [1] } }),
    ],
    ['an Accept without a run id', encoded({ case: 'accept', value: { version: 1, suite: 1 as Suite } })],
    ['a run id that a terminal would obey', encoded({ case: 'accept', value: { runId: '\x1b[2J' } })],
    [
      'an Open of a run that has no such id',
      encoded({ case: 'open', value: { versions: [1], suites: [1], runId: '0123' } }),
    ],
    [
      'a digest of 31 bytes',
      encoded({ case: 'open', value: { versions: [1], suites: [1], held: { digest: new Uint8Array(31) } } }),
    ],
    ['a credit of nothing', encoded({ case: 'credit', value: {} })],
    ['a credit of 9', encoded({ case: 'credit', value: { frames: 9 } })],
    ['no reason', encoded({ case: 'close', value: {} })],
    ['an unknown reason', encoded({ case: 'close', value: { reason: 99 as Reason } })],
    ['a field that is cut off', hexToBytes('1a050a0301')],
    ['a group', hexToBytes('1b1c')],
    ['text', utf8('GET / HTTP/1.1')],
  ])('is not: %s', async (_, bytes) => {
    await expectCode('bad-message', () => decodeMessage(bytes));
  });

  it('has at most so many bytes, with a frame and without', async () => {
    const frame = new Uint8Array(1_048_576);
    expect(encodeMessage({ type: 'frame', frame }).length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    const long = encoded({ case: 'frame', value: { data: new Uint8Array(1_048_577) } });
    await expectCode('bad-message', () => decodeMessage(long));
    await expectCode('bad-message', () => decodeMessage(new Uint8Array(MAX_MESSAGE_BYTES + 1)));
    const open = encodeMessage({ ...openMessage(''), token: 'x'.repeat(MAX_CONTROL_BYTES) });
    await expectCode('bad-message', () => decodeMessage(open));
  });

  it('that is anything else ends in a typed error', () => {
    const runs = times(5000, 1_000_000);
    fc.assert(
      fc.property(
        messages,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        (message, changes) => {
          const bytes = encodeMessage(message);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            decodeMessage(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(VeilmatchError);
            expect((error as VeilmatchError).code).toBe('bad-message');
          }
        },
      ),
      { numRuns: runs },
    );
  }, 900_000);
});

describe('version and suite', () => {
  const open = openMessage('');

  it('are the ones that both have', () => {
    expect(acceptMessage({ ...open, versions: [7, 1, 0], suites: [9, 1] }, '0'.repeat(16), 2)).toEqual({
      type: 'accept',
      version: 1,
      suite: 1,
      runId: '0'.repeat(16),
      mode: 2,
    });
  });

  it.each([
    { versions: [2], suites: [1] },
    { versions: [1], suites: [2] },
  ])('must have something in common: $versions, $suites', async (choice) => {
    await expectCode('incompatible-peer', () => acceptMessage({ ...open, ...choice }, '0'.repeat(16), 0));
  });

  it('must be of those that were offered', async () => {
    const accept = acceptMessage(open, '0'.repeat(16), 0);
    expect(() => checkAccept(accept)).not.toThrow();
    await expectCode('incompatible-peer', () => checkAccept({ ...accept, version: 2 }));
    await expectCode('incompatible-peer', () => checkAccept({ ...accept, suite: 2 }));
  });
});
