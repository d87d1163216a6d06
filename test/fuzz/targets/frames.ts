// SPDX-License-Identifier: Apache-2.0
import { concatBytes, equalBytes } from '../../../src/bytes.js';
import {
  decodeBlinded,
  decodeEvaluated,
  decodeQuery,
  encodeBlinded,
  encodeEvaluated,
  encodeQuery,
} from '../../../src/contact/frames.js';
import { observeRun, type SentFrame } from '../../../src/psi/described/observe.js';
import { ristretto255Suite } from '../../../src/psi/run/ciphersuite.js';
import { decodeFixed, decodeFrame, decodeRecords, encodeFrame, HELLO } from '../../../src/psi/run/frames.js';
import { checkPeer, decodeHello, encodeHello, type Hello } from '../../../src/psi/run/hello.js';
import { FRAME_TYPES } from '../../support/frame-types.js';
import { attemptSync, demand, type FuzzTarget, Reader } from '../support/target.js';

const hello: Hello = {
  role: 'receiver',
  mode: 1,
  to: 'receiver',
  verifiable: false,
  identifiersPerRow: 1,
  detail: 0,
  kinds: new Set(['phone', 'email'] as const),
  size: 3,
  maxPeerSize: 1000,
  nonce: new Uint8Array(32).fill(7),
  publicKey: new Uint8Array(32),
};
const WIDTHS = [1, 16, 32, 64, 96];

/** The frames of both protocols, read one by one; the first byte says how. */
export const frames: FuzzTarget = {
  name: 'frames',
  reads: 'frames of PSI and contact discovery, Hellos, recorded runs',
  sources: [
    'src/psi/run/frames.ts',
    'src/psi/run/hello.ts',
    'src/contact/frames.ts',
    'src/psi/described/observe.ts',
  ],
  maxBytes: 2048,
  steps: [1_000, 50],
  words: ['\ufeff'],
  seeds() {
    const sender: Hello = { ...hello, role: 'sender', publicKey: new Uint8Array(32).fill(1) };
    const opened = [hello, sender].map((each) => encodeFrame(HELLO, encodeHello(each, ristretto255Suite)));
    const several: Hello = { ...hello, mode: 3, to: 'sender', identifiersPerRow: 3, detail: 2 };
    const run = opened.map((frame, i) =>
      concatBytes(Uint8Array.of(i), Uint8Array.of(frame.length >> 8, frame.length), frame),
    );
    return [
      ...FRAME_TYPES.map(({ type }) => Uint8Array.of(0, type, 0, 0, 0, 0, ...new Uint8Array(96))),
      ...[hello, sender, several].map((each) =>
        concatBytes(Uint8Array.of(1), encodeHello(each, ristretto255Suite)),
      ),
      concatBytes(Uint8Array.of(2), encodeQuery({ setId: 'members', epoch: 3, size: 2 })),
      concatBytes(Uint8Array.of(3), encodeBlinded(0, new Uint8Array(64).fill(3))),
      concatBytes(
        Uint8Array.of(4),
        encodeEvaluated(0, { evaluatedElements: new Uint8Array(64), proof: new Uint8Array(64) }),
      ),
      concatBytes(Uint8Array.of(5), ...run),
    ];
  },
  run(input) {
    const reader = new Reader(input);
    const kind = reader.byte() % 6;
    if (kind === 0) attemptSync(() => readFrame(reader.rest()));
    if (kind === 1) attemptSync(() => readHello(reader.rest()));
    if (kind === 2)
      attemptSync(() => {
        const bytes = reader.rest();
        demand(equalBytes(encodeQuery(decodeQuery(bytes)), bytes), 'A query has a second form.');
      });
    if (kind === 3)
      attemptSync(() => {
        const bytes = reader.rest();
        demand(equalBytes(encodeBlinded(0, decodeBlinded(bytes, 0, 2)), bytes), 'A frame has a second form.');
      });
    if (kind === 4)
      attemptSync(() => {
        const bytes = reader.rest();
        demand(
          equalBytes(encodeEvaluated(0, decodeEvaluated(bytes, 0, 2)), bytes),
          'A frame has a second form.',
        );
      });
    if (kind === 5) {
      const sent: SentFrame[] = [];
      while (!reader.ended) {
        sent.push({ from: reader.of(['receiver', 'sender'] as const), bytes: reader.block() });
      }
      attemptSync(() => observeRun(sent, {}));
    }
  },
};

function readFrame(bytes: Uint8Array): void {
  const frame = decodeFrame(bytes, FRAME_TYPES);
  demand(
    equalBytes(encodeFrame(FRAME_TYPES.find(({ name }) => name === frame.name)!, frame.body), bytes),
    'A frame has a second form.',
  );
  for (const width of WIDTHS) {
    const records = attemptSync(() => decodeRecords(frame, width, 0, 8));
    if (records !== undefined) {
      demand(records.bytes.length % width === 0 && records.bytes.length / width <= 8, 'Too many records.');
    }
    attemptSync(() => decodeFixed(frame, width));
  }
}

function readHello(bytes: Uint8Array): void {
  const peer = decodeHello(bytes, ristretto255Suite);
  demand(equalBytes(encodeHello(peer, ristretto255Suite), bytes), 'A Hello has a second form.');
  for (const own of [hello, { ...hello, role: 'sender' as const }]) attemptSync(() => checkPeer(own, peer));
}
