// SPDX-License-Identifier: Apache-2.0
/**
 * Matching by ECDH private set intersection, `veilmatch-psi-v1`.
 *
 * **What it leaks**: the sizes of the sets, the kinds of identifiers in them, and the result to the receiver. Nothing
 * can be reversed offline from what a party or an outsider saw.
 */

import type { Knowledge, PsiObservation, SentMessage, Transcript } from '../attack/transcript.js';
import { createBackend } from '../group/select.js';
import { intersect } from '../psi/intersection/intersect.js';
import { decodeFrame } from '../psi/run/frames.js';
import { NONCE_BYTES } from '../psi/run/hello.js';
import { psiLeakage } from '../psi/run/leakage.js';
import { observeRun, type SentFrame } from '../psi/run/observe.js';
import type { Reveal } from '../psi/run/suite.js';
import { randomScalar, randomScalars, replayedRandom, secureRandom } from '../random.js';
import type { MatchingProtocol, Observer, ProtocolId, View } from './protocol.js';

function psiProtocol(id: ProtocolId, title: string, reveal: Reveal): MatchingProtocol {
  return {
    id,
    title,
    leakage: psiLeakage({ reveal }),
    reveals: reveal,
    async run(receiver, sender, options = {}) {
      const backend = options.backend ?? (await createBackend());
      try {
        const frames: SentFrame[] = [];
        // Secrets are drawn here, so that an attack can be handed one party's as a control.
        const blinds = randomScalars(reveal === 'intersection' ? receiver.size : 1);
        const scalar = randomScalar();
        const bytes = { receiver: 0, sender: 0 };
        const started = performance.now();
        const result = await intersect(receiver, sender, {
          reveal,
          backend,
          signal: options.signal,
          random: {
            receiver: replayedRandom([secureRandom(NONCE_BYTES), blinds]),
            sender: replayedRandom([secureRandom(NONCE_BYTES), scalar]),
          },
          onFrame(from, frame) {
            frames.push({ from, bytes: frame });
            bytes[from] += frame.length;
          },
        });
        return {
          size: result.size,
          matches: result.matches,
          bytes: { toSender: bytes.receiver, toReceiver: bytes.sender },
          seconds: (performance.now() - started) / 1000,
          views: viewsOf(id, frames, {
            receiver: reveal === 'intersection' ? { blinds } : { scalars: [blinds] },
            sender: { scalars: [scalar] },
          }),
        };
      } finally {
        if (options.backend === undefined) await backend.dispose();
      }
    },
  };
}

export function viewsOf(
  protocol: ProtocolId,
  frames: readonly SentFrame[],
  knowledge: Readonly<Record<'receiver' | 'sender', Knowledge>>,
): Record<Observer, View> {
  const observation: PsiObservation = { kind: 'psi', ...observeRun(frames) };
  const messages = frames.map(
    ({ from, bytes }): SentMessage => ({ from, name: decodeFrame(bytes).name, bytes }),
  );
  const view = (seenBy: Observer, known: Knowledge): View => {
    const transcript: Transcript = { protocol, seenBy, messages, observation };
    return { transcript, knowledge: known };
  };
  return {
    receiver: view('receiver', knowledge.receiver),
    sender: view('sender', knowledge.sender),
    outsider: view('outsider', {}),
  };
}

export const psiProtocols: readonly MatchingProtocol[] = [
  psiProtocol('ecdh-psi', 'ECDH-PSI, the receiver learns which', 'intersection'),
  psiProtocol('ecdh-psi-cardinality', 'ECDH-PSI, the receiver learns how many', 'cardinality'),
];
