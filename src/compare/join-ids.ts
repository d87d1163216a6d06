// SPDX-License-Identifier: Apache-2.0
/**
 * Pseudonyms by which a third party joins the two tables, by `veilmatch-psi-v1` in the mode join-ids.
 *
 * **What it leaks**: the sizes of the sets, the kinds of identifiers in them, and to both parties how many are shared. A
 * party that gets hold of the other's table under its pseudonyms reads with its own map whose rows those are.
 */

import { createBackend } from '../group/select.js';
import { joinIds } from '../psi/join-ids/join.js';
import { NONCE_BYTES } from '../psi/run/hello.js';
import type { SentFrame } from '../psi/run/observe.js';
import { randomScalar, secureRandom } from '../random.js';
import type { MatchingProtocol } from './protocol.js';
import { viewsOf } from './psi.js';
import { beginningWith } from './secrets.js';

const OFFLINE =
  "Nothing offline but the size of the other's set, the kinds of identifiers in it, and how many are shared.";

export const joinIdsProtocol: MatchingProtocol = {
  id: 'join-ids',
  title: 'Join ids, both get pseudonyms for a third party',
  leakage: {
    result: 'How many identifiers both have, and a pseudonym for each of its rows; the sender likewise.',
    receiver: `${OFFLINE.slice(0, -1)}; whose rows they are, once it sees the sender's table under its pseudonyms.`,
    sender: `${OFFLINE.slice(0, -1)}; whose rows they are, once it sees the receiver's table under its pseudonyms.`,
    outsider:
      'Nothing but the sizes of both sets, the kinds of identifiers in them, and how many are shared.',
    enumerating:
      'Whether the sender has an identifier, by runs with ever smaller lists: limits on size and runs bind it.',
  },
  reveals: 'cardinality',
  async run(receiver, sender, options = {}) {
    const backend = options.backend ?? (await createBackend());
    try {
      const frames: SentFrame[] = [];
      const bytes = { receiver: 0, sender: 0 };
      const scalars = {
        receiver: [randomScalar(), randomScalar()],
        sender: [randomScalar(), randomScalar()],
      };
      const started = performance.now();
      const { size, ...pseudonyms } = await joinIds(receiver, sender, {
        backend,
        signal: options.signal,
        random: {
          receiver: beginningWith([...scalars.receiver, secureRandom(NONCE_BYTES)]),
          sender: beginningWith([...scalars.sender, secureRandom(NONCE_BYTES)]),
        },
        onFrame(from, frame) {
          frames.push({ from, bytes: frame });
          bytes[from] += frame.length;
        },
      });
      return {
        size,
        pseudonyms,
        matches: undefined,
        bytes: { toSender: bytes.receiver, toReceiver: bytes.sender },
        seconds: (performance.now() - started) / 1000,
        views: viewsOf('join-ids', frames, {
          receiver: { scalars: scalars.receiver },
          sender: { scalars: scalars.sender },
        }),
      };
    } finally {
      if (options.backend === undefined) await backend.dispose();
    }
  },
};
