// SPDX-License-Identifier: Apache-2.0
/**
 * The sum of the sender's values over the shared identifiers, by `veilmatch-psi-v1` in the mode sum.
 *
 * **What it leaks**: the sizes of the sets, the kinds of identifiers in them, and to the receiver how many are shared and
 * the sum. Of an intersection of one person the sum is that person's value.
 */

import { createBackend } from '../group/select.js';
import { NONCE_BYTES } from '../psi/run/hello.js';
import { sumLeakage } from '../psi/run/leakage.js';
import type { SentFrame } from '../psi/run/observe.js';
import { intersectionSum } from '../psi/sum/sum.js';
import { randomScalar, secureRandom } from '../random.js';
import type { MatchingProtocol } from './protocol.js';
import { viewsOf } from './psi.js';
import { beginningWith } from './secrets.js';

export const sumProtocol: MatchingProtocol = {
  id: 'ecdh-psi-sum',
  title: 'ECDH-PSI, the receiver learns a sum',
  leakage: sumLeakage({ to: 'receiver' }),
  reveals: 'cardinality',
  async run(receiver, sender, options = {}) {
    const backend = options.backend ?? (await createBackend());
    try {
      const frames: SentFrame[] = [];
      const bytes = { receiver: 0, sender: 0 };
      const scalars = { receiver: [randomScalar()], sender: [randomScalar(), randomScalar()] };
      const started = performance.now();
      const values = options.values ?? new Uint8Array(sender.rowCount).fill(1);
      const { size, sum } = await intersectionSum(receiver, sender, values, {
        backend,
        signal: options.signal,
        random: {
          receiver: beginningWith([secureRandom(NONCE_BYTES), ...scalars.receiver]),
          sender: beginningWith([secureRandom(NONCE_BYTES), ...scalars.sender]),
        },
        onFrame(from, frame) {
          frames.push({ from, bytes: frame });
          bytes[from] += frame.length;
        },
      });
      return {
        size,
        sum,
        matches: undefined,
        bytes: { toSender: bytes.receiver, toReceiver: bytes.sender },
        seconds: (performance.now() - started) / 1000,
        views: viewsOf('ecdh-psi-sum', frames, {
          receiver: { scalars: scalars.receiver },
          sender: { scalars: scalars.sender },
        }),
      };
    } finally {
      if (options.backend === undefined) await backend.dispose();
    }
  },
};
