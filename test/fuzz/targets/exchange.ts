// SPDX-License-Identifier: Apache-2.0

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8 } from '../../../src/bytes.js';
import { serialBackend } from '../../../src/group/serial.js';
import { IdentifierSet } from '../../../src/identifiers/set.js';
import { intersection, memoryLedger } from '../../../src/psi/index.js';
import { signingPublicKey } from '../../../src/signing.js';
import {
  type Journal,
  memoryJournal,
  partyTerms,
  runStep,
  type StepTaken,
} from '../../../src/transport/index.js';
import { delimited, undelimited } from '../../../src/wire/framing.js';
import { encodeMessage } from '../../../src/wire/messages.js';
import { scratch } from '../support/scratch.js';
import { attempt, blocks, CANARY, demand, type FuzzTarget, Reader } from '../support/target.js';

const backend = await serialBackend('auto');
const KEYS = { receiver: new Uint8Array(32).fill(11), sender: new Uint8Array(32).fill(12) };
const PUBLIC = { receiver: signingPublicKey(KEYS.receiver), sender: signingPublicKey(KEYS.sender) };
const sets = {
  receiver: IdentifierSet.ofStrings([CANARY.email, 'grace', 'hedy']),
  sender: IdentifierSet.ofStrings(['grace', 'hedy', 'joan']),
};
interface Prepared {
  readonly journal: Journal;
  readonly request: Uint8Array;
  readonly response: Uint8Array;
}

let prepared: Promise<Prepared> | undefined;
async function prepare(): Promise<Prepared> {
  const [request, response] = [scratch('true-request'), scratch('true-response')];
  const own = { set: sets.receiver };
  const terms = partyTerms(intersection, 'receiver', own);
  const journal = memoryJournal({ runId: '0123456789abcdef', peer: 'partner', terms });
  await runStep({ writes: request }, intersection, 'receiver', own, {
    ...{ backend, journal, signingKey: KEYS.receiver, peer: PUBLIC.sender },
  });
  await answer(request, response);
  return {
    // Tried many times.
    journal: { ...kept(journal), erase: async () => {} },
    request: new Uint8Array(readFileSync(request)),
    response: new Uint8Array(readFileSync(response)),
  };
}

function kept(journal: Journal): Journal {
  const { runId, peer, terms, seed, held } = journal;
  return {
    ...{ runId, peer, terms, seed, held },
    frame: (index) => journal.frame(index),
    addFrame: (frame) => journal.addFrame(frame),
    outcome: (call) => journal.outcome(call),
    addOutcome: (call, outcome) => journal.addOutcome(call, outcome),
    close: () => journal.close(),
    erase: () => journal.erase(),
  };
}

function answer(reads: string, writes: string): Promise<StepTaken<unknown>> {
  const allow = { peer: 'partner', ledger: memoryLedger() };
  return runStep(
    { reads, writes },
    intersection,
    'sender',
    { set: sets.sender },
    {
      ...{ backend, signingKey: KEYS.sender, peer: PUBLIC.receiver, allow },
    },
  );
}

/** The messages of a file but the signature at its end. */
async function messagesOf(file: Uint8Array): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const message of undelimited([file])) found.push(message);
  return found.slice(0, -1);
}

function signed(messages: readonly Uint8Array[], key: Uint8Array): Uint8Array {
  const content = concatBytes(...messages.map(delimited));
  const value = ed25519.sign(concatBytes(utf8('veilmatch-file-v1'), sha512(content)), key);
  return concatBytes(content, delimited(encodeMessage({ type: 'signature', value })));
}

/** A request or a response: the bytes of the file, or messages that the partner has signed. */
export const exchange: FuzzTarget = {
  name: 'exchange-files',
  reads: 'requests and responses in files',
  sources: [
    'src/transport/exchange/chain.ts',
    'src/transport/exchange/exchange-file.ts',
    'src/transport/exchange/step.ts',
  ],
  maxBytes: 2048,
  steps: [3_000_000, 2_000],
  async seeds() {
    prepared = prepare();
    const { request, response } = await prepared;
    return [
      Uint8Array.of(0, ...request),
      Uint8Array.of(1, ...response),
      Uint8Array.of(2, ...blocks(...(await messagesOf(request)))),
      Uint8Array.of(3, ...blocks(...(await messagesOf(response)))),
    ];
  },
  async run(input) {
    const { journal } = await prepared!;
    const reader = new Reader(input);
    const how = reader.byte() % 4;
    const messages: Uint8Array[] = [];
    if (how >= 2) while (!reader.ended && messages.length < 16) messages.push(reader.block());
    const key = how === 2 ? KEYS.receiver : KEYS.sender;
    const [given, made] = [scratch('given'), scratch('made')];
    writeFileSync(given, how < 2 ? reader.rest() : signed(messages, key));
    rmSync(made, { force: true });
    if (how % 2 === 0) await attempt(() => answer(given, made));
    else {
      const own = { set: sets.receiver };
      const step = await attempt(() =>
        runStep({ reads: given }, intersection, 'receiver', own, { backend, journal }),
      );
      if (step !== undefined) demand(step.result?.size === 2, 'A response ended well with another result.');
    }
  },
};
