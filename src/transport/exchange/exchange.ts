// SPDX-License-Identifier: Apache-2.0
/**
 * A run through two files, for partners who exchange them over SFTP or a bucket: the receiver writes a request, the sender
 * answers it with a response, the receiver reads that. The receiver's frames before the answer do not depend on the sender's
 * Hello, so one file each way is enough; its Finish is not sent, and the sender does not hear whether the run came to an end.
 *
 * Between request and response the receiver keeps a seed, from which the same run is made again. **Whoever has the seed and
 * the response learns what the receiver learns, and can test guesses about the receiver's list against the request.**
 */

import {
  requireBytes,
  requireCount,
  requireFunction,
  requireObject,
  requireOptionsWithBackend,
  requirePath,
  requireSet,
} from '../../arguments.js';
import { bytesToHex, equalBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { GroupBackend } from '../../group/group.js';
import { IdentifierSet } from '../../identifiers/set.js';
import { admission, type Refusal } from '../../policy/admission.js';
import type { Budget, Ledger, Policy } from '../../psi/index.js';
import { psiReceiver } from '../../psi/intersection/receiver.js';
import { psiSender } from '../../psi/intersection/sender.js';
import { type PsiSuite, suiteOf } from '../../psi/run/ciphersuite.js';
import { recordsPerFrame } from '../../psi/run/frames.js';
import { listDigest } from '../../psi/run/list-digest.js';
import type { PartyOptions, RunRequest } from '../../psi/run/party.js';
import { type CardinalityResult, type IntersectionResult, rowsWith } from '../../psi/run/result.js';
import { MODE, type Reveal, VERSION } from '../../psi/run/suite.js';
import { secureRandom } from '../../random.js';
import { signingPublicKey } from '../../signing.js';
import type { FileHeaderMessage } from '../../wire/messages.js';
import { fileError } from '../files/files.js';
import { seededRandom } from '../resume/seeded-random.js';
import { openExchange, writeExchange } from './exchange-file.js';

/** Part of what makes a run come out the same again. */
function chunkSizeOf({ group }: PsiSuite): number {
  return Math.min(32_000, recordsPerFrame(group.elementBytes));
}

/** Options of both parties. */
export interface ExchangeOptions {
  /** Does the group operations. */
  readonly backend: GroupBackend;
  /** As in `CommonOptions`. */
  readonly suite?: PsiSuite | undefined;
  /** What the asking party learns; both must say the same. */
  readonly reveal: Reveal;
  /** This party's Ed25519 key, 32 bytes. */
  readonly signingKey: Uint8Array;
  /** Stops it, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** As in `PartyOptions`. */
  readonly onProgress?: PartyOptions['onProgress'];
}

/** What the receiver has to keep, sealed, until the response is there. */
export interface RequestState {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** 16 bytes: what the request calls itself. */
  readonly requestId: Uint8Array;
  /** SHA-512 of the request's file. */
  readonly requestDigest: Uint8Array;
  /** The sender's public key and this party's own. */
  readonly peer: Uint8Array;
  /** This party's public key, 32 bytes. */
  readonly own: Uint8Array;
  /** What was asked for. */
  readonly reveal: Reveal;
  /** SHA-512 of the list's identifiers. */
  readonly listDigest: Uint8Array;
}

/** Options of the party that asks. */
export interface RequestOptions extends ExchangeOptions {
  /** The sender's public key, 32 bytes: nobody else is to answer. */
  readonly peer: Uint8Array;
  /** Seconds until the request must not be answered any more. */
  readonly lifetimeSeconds: number;
}

/**
 * Writes a request.
 * @param keep is given the state before the request appears, so that there is none that cannot be finished
 * @throws {VeilmatchError} `io`, `argument`
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { createBackend } from 'veilmatch/group';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { signingPublicKey, writeRequest } from 'veilmatch/transport';
 *
 * const folder = mkdtempSync(join(tmpdir(), 'veilmatch-'));
 * const [acme, partner] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]; // of a test
 * const common = { backend: await createBackend(), reveal: 'intersection' } as const;
 * const asking = { ...common, signingKey: acme, peer: signingPublicKey(partner), lifetimeSeconds: 3600 };
 * const own = IdentifierSet.ofStrings(['ada', 'grace']);
 * await writeRequest(join(folder, 'request.vm'), own, asking, async ({ requestId }) => console.log(requestId.length)); // → 16
 * ```
 */
export async function writeRequest(
  path: string,
  set: IdentifierSet,
  options: RequestOptions,
  keep: (state: RequestState) => Promise<void>,
): Promise<void> {
  requirePath(path, 'The path');
  requireSet(set);
  requireOptionsWithBackend(options);
  requireBytes(options.peer, "The peer's public key");
  requireCount(options.lifetimeSeconds, 'The seconds that a request is good for');
  requireFunction(keep, 'What keeps the state');
  const { peer, reveal, signingKey } = options;
  const seed = secureRandom(32);
  const requestId = secureRandom(16);
  const madeAt = now();
  const header: FileHeaderMessage = {
    ...commonHeader(suiteOf(options.suite, options.backend), reveal, signingKey),
    kind: 'request',
    requestId,
    to: peer,
    madeAt,
    expiresAt: madeAt + options.lifetimeSeconds,
    requestDigest: new Uint8Array(),
  };
  const draft = `${path}.draft`;
  const requestDigest = await writeExchange(draft, header, questions(set, seed, options), signingKey);
  const { rename, rm } = process.getBuiltinModule('node:fs/promises');
  try {
    await keep({
      seed,
      requestId,
      requestDigest,
      peer,
      own: header.from,
      reveal,
      listDigest: listDigest(set),
    });
    await rename(draft, path).catch((error) => {
      throw fileError('write', path, error);
    });
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The receiver's Hello and its blinded elements: what it says before it is answered. */
async function* questions(
  set: IdentifierSet,
  seed: Uint8Array,
  options: ExchangeOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const receiver = receiverOf(set, seed, options);
  // Stands in for the sender's Hello, on which the questions do not depend. A response to other questions would fail at
  // the digest that closes a run.
  const { backend, suite, reveal } = options;
  const nobody = psiSender(IdentifierSet.ofStrings([]), { backend, suite, reveal });
  try {
    const hello = await first(receiver.start());
    yield hello;
    for await (const _ of nobody.start());
    const answer = await first(nobody.receive(hello));
    yield* receiver.receive(answer);
  } finally {
    await receiver.abandon();
    await nobody.abandon();
  }
}

async function first(frames: AsyncGenerator<Uint8Array, void, void>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const frame of frames) all.push(frame);
  return all[0]!;
}

/** Options of the party that answers. */
export interface RespondOptions extends ExchangeOptions {
  /** The receiver's public key, 32 bytes. */
  readonly peer: Uint8Array;
  /** Default: as in `AdmissionOptions`. */
  readonly policy: Policy;
  /** As in `AdmissionOptions`. */
  readonly all?: readonly Budget[] | undefined;
  /** Holds budgets, and which requests were answered. */
  readonly ledger: Ledger;
  /** As in `AdmissionOptions`. */
  readonly onRefusal?: ((refusal: Refusal) => void) | undefined;
}

/**
 * Answers a request, once.
 * @param peerId what the ledger calls the receiver
 * @returns the size of the receiver's set
 * @throws {VeilmatchError} `io`; `bad-file` for a request that is not the peer's, not for this party, expired or answered
 * already; `refused` by the policy; what the protocol throws
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { createBackend } from 'veilmatch/group';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { memoryLedger } from 'veilmatch/psi';
 * import { signingPublicKey, writeRequest, writeResponse } from 'veilmatch/transport';
 *
 * const folder = mkdtempSync(join(tmpdir(), 'veilmatch-'));
 * const [request, response] = [join(folder, 'request.vm'), join(folder, 'response.vm')];
 * const [acme, partner] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]; // of a test
 * const common = { backend: await createBackend(), reveal: 'intersection' } as const;
 * const asking = { ...common, signingKey: acme, peer: signingPublicKey(partner), lifetimeSeconds: 3600 };
 * const own = IdentifierSet.ofStrings(['ada', 'grace']);
 * await writeRequest(request, own, asking, async () => {});
 * const rules = { policy: { budgets: [] }, ledger: memoryLedger() };
 * const answering = { ...common, ...rules, signingKey: partner, peer: signingPublicKey(acme) };
 * const size = await writeResponse(request, response, IdentifierSet.ofStrings(['grace']), 'acme', answering);
 * console.log(size); // → 2
 * ```
 */
export async function writeResponse(
  request: string,
  response: string,
  set: IdentifierSet,
  peerId: string,
  options: RespondOptions,
): Promise<number> {
  requirePath(request, 'The path of the request');
  requirePath(response, 'The path of the response');
  requireSet(set);
  requireOptionsWithBackend(options);
  const { backend, reveal, signingKey, peer, ledger, all, signal, onProgress, onRefusal } = options;
  const own = signingPublicKey(signingKey);
  const at = now();
  const suite = suiteOf(options.suite, backend);
  const { header, digest, frames } = await openExchange(request, {
    suite,
    signer: peer,
    answers: 0,
    check(header) {
      checkHeader(header, 'request', { suite, reveal, own });
      if (header.expiresAt > at) return;
      throw new VeilmatchError('bad-file', 'The request has expired. Ask the partner for a new one.');
    },
  });
  const admit = admission({ peer: peerId, ledger, policy: options.policy, all, onRefusal });
  const asked = { peerId, requestId: bytesToHex(header.requestId), at: at * 1000 };
  let peerSize = 0;
  const sender = psiSender(set, {
    backend,
    suite,
    reveal,
    chunkSize: chunkSizeOf(suite),
    signal,
    onProgress,
    async admit(run) {
      // Before anything is evaluated: a request that fails half way is used up as well.
      const giveBack = await useUp(asked, run, ledger);
      try {
        await admit(run);
      } catch (error) {
        // It may be asked again when there is budget.
        await giveBack();
        throw error;
      }
      peerSize = run.peerSize;
    },
  });
  const answers = async function* (): AsyncGenerator<Uint8Array, void, void> {
    let last = 0;
    try {
      for await (const _ of sender.start());
      for await (const frame of frames()) {
        for await (const answer of sender.receive(frame)) {
          last = answer[0]!;
          yield answer;
        }
      }
    } finally {
      await sender.abandon();
    }
    if (last !== FINISH)
      throw new VeilmatchError('bad-file', 'The request does not hold all that it declares.');
  };
  await writeExchange(
    response,
    {
      ...commonHeader(suite, reveal, signingKey),
      kind: 'response',
      requestId: header.requestId,
      to: peer,
      madeAt: at,
      expiresAt: 0,
      requestDigest: digest,
    },
    answers(),
    signingKey,
  );
  return peerSize;
}

/**
 * Notes that a request was answered: for this peer alone, since the id of a request is no secret, and somebody else may have
 * put it into a request of his own.
 * @returns what takes the note back
 * @throws {VeilmatchError} `bad-file` where it was answered already
 */
async function useUp(
  { peerId, requestId, at }: { readonly peerId: string; readonly requestId: string; readonly at: number },
  { peerSize, ownSize }: RunRequest,
  ledger: Ledger,
): Promise<() => Promise<void>> {
  const entry = `answered ${requestId} of ${peerId}`;
  // As it was noted at first. Nobody makes such an entry any more, so nobody can use it against another.
  const former = `answered ${requestId}`;
  await ledger.update([entry, former], (accounts) => {
    if (accounts.every((charges) => charges.length === 0)) {
      return [[{ at, elements: peerSize, work: peerSize + ownSize }], []];
    }
    throw new VeilmatchError('bad-file', 'The request was answered already. Ask the partner for a new one.');
  });
  return () => ledger.update([entry], () => [[]]);
}

/** Type of the frame that closes a run. */
const FINISH = 5;

/** Options of the receiver when it reads a response. */
export interface ResponseOptions extends Omit<ExchangeOptions, 'reveal' | 'signingKey'> {
  /** As in `CommonOptions`: told the size of the sender's set, of which the sender learns nothing. */
  readonly admit?: PartyOptions['admit'];
}

/**
 * Reads the response to a request.
 * @param set the same list as for the request
 * @throws {VeilmatchError} `io`; `bad-file` for a response to another request or from somebody else; `argument` for another
 * list; what the protocol throws
 * @returns what `receive` does
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { createBackend } from 'veilmatch/group';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { memoryLedger } from 'veilmatch/psi';
 * import { type RequestState, readResponse, signingPublicKey, writeRequest, writeResponse } from 'veilmatch/transport';
 *
 * const folder = mkdtempSync(join(tmpdir(), 'veilmatch-'));
 * const [request, response] = [join(folder, 'request.vm'), join(folder, 'response.vm')];
 * const [acme, partner] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]; // of a test
 * const common = { backend: await createBackend(), reveal: 'intersection' } as const;
 * const asking = { ...common, signingKey: acme, peer: signingPublicKey(partner), lifetimeSeconds: 3600 };
 * const own = IdentifierSet.ofStrings(['ada', 'grace']);
 * const kept: RequestState[] = [];
 * await writeRequest(request, own, asking, async (state) => void kept.push(state));
 * const rules = { policy: { budgets: [] }, ledger: memoryLedger() };
 * const answering = { ...common, ...rules, signingKey: partner, peer: signingPublicKey(acme) };
 * await writeResponse(request, response, IdentifierSet.ofStrings(['grace']), 'acme', answering);
 * console.log((await readResponse(response, own, kept[0]!, common)).matches); // → [ 1 ]
 * ```
 */
export async function readResponse(
  path: string,
  set: IdentifierSet,
  state: RequestState,
  options: ResponseOptions,
): Promise<CardinalityResult & Partial<IntersectionResult>> {
  requirePath(path, 'The path');
  requireSet(set);
  requireObject(state, 'The state', 'peer', 'own', 'reveal', 'requestId', 'requestDigest');
  requireOptionsWithBackend(options);
  const suite = suiteOf(options.suite, options.backend);
  const { frames } = await openExchange(path, {
    suite,
    signer: state.peer,
    answers: set.size,
    check(header) {
      checkHeader(header, 'response', { suite, reveal: state.reveal, own: state.own });
      const { requestId, requestDigest } = header;
      if (equalBytes(requestId, state.requestId) && equalBytes(requestDigest, state.requestDigest)) return;
      throw new VeilmatchError(
        'bad-file',
        'The response answers another request than the one of this state.',
      );
    },
  });
  const all = { ...options, reveal: state.reveal };
  if (!equalBytes(listDigest(set), state.listDigest)) {
    throw new VeilmatchError(
      'argument',
      'The list is not the one that the request was made of: take that one.',
    );
  }
  const receiver = receiverOf(set, state.seed, all);
  try {
    for await (const _ of receiver.start());
    for await (const frame of frames()) for await (const _ of receiver.receive(frame));
    const { size, peerSize, matched } = receiver.result;
    return { size, peerSize, ...(matched !== undefined && rowsWith(set, matched)) };
  } finally {
    await receiver.abandon();
  }
}

function receiverOf(
  set: IdentifierSet,
  seed: Uint8Array,
  options: Omit<ExchangeOptions, 'signingKey'> & Pick<ResponseOptions, 'admit'>,
): ReturnType<typeof psiReceiver> {
  const { backend, reveal, admit, signal, onProgress } = options;
  const suite = suiteOf(options.suite, backend);
  return psiReceiver(set, {
    backend,
    suite,
    reveal,
    admit,
    chunkSize: chunkSizeOf(suite),
    random: seededRandom(seed),
    signal,
    onProgress,
  });
}

function commonHeader(
  suite: PsiSuite,
  reveal: Reveal,
  signingKey: Uint8Array,
): Pick<FileHeaderMessage, 'type' | 'version' | 'suite' | 'mode' | 'from'> {
  const from = signingPublicKey(signingKey);
  return { type: 'fileHeader', version: VERSION, suite: suite.id, mode: MODE[reveal], from };
}

function checkHeader(
  header: FileHeaderMessage,
  kind: FileHeaderMessage['kind'],
  { suite, reveal, own }: { readonly suite: PsiSuite; readonly reveal: Reveal; readonly own: Uint8Array },
): void {
  if (header.kind !== kind)
    throw new VeilmatchError('bad-file', `The file is a ${header.kind}, not a ${kind}.`);
  if (!equalBytes(header.to, own)) {
    throw new VeilmatchError('bad-file', 'The file is for the holder of another key.');
  }
  if (header.version !== VERSION || header.suite !== suite.id) {
    throw new VeilmatchError(
      'incompatible-peer',
      `The file is of version ${header.version} with suite ${header.suite}; this party has version ${VERSION} with suite ${suite.id}.`,
    );
  }
  if (header.mode !== MODE[reveal]) {
    throw new VeilmatchError(
      'incompatible-peer',
      `The file is for a run that reveals something else than the ${reveal}. Agree with the partner on one.`,
    );
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
