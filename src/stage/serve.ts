// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch-worker-v1`: a stage of a run as a process that an engine drives over a pipe, question by question. docs/wire.md
 * describes it. The same question gets the same bytes, whenever and wherever it is asked: nothing is drawn, and nothing is kept but
 * what the first frame says.
 */

import { concatBytes, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { GroupBackend } from '../group/group.js';
import { IDENTIFIER_FORMAT } from '../identifiers/identifier.js';
import { type Frame, frameHead, readFrames, requireFits } from './frames.js';
import { OPERATION, type Operation, PROTOCOL } from './operations.js';
import { PartReader } from './parts.js';
import { receiverStage, senderStage } from './party-stages.js';
import { rowStage } from './row-stage.js';
import { badSetting, readInit, type Settings } from './settings.js';
import type { Answer, Stage } from './stage.js';

interface ServeOptions {
  readonly backend: GroupBackend;
  /** Of frames that bring none; copied for each. */
  readonly secret?: Uint8Array | undefined;
}

const NAMES: ReadonlyMap<number, keyof typeof OPERATION> = new Map(
  Object.entries(OPERATION).map(([name, number]) => [number, name as keyof typeof OPERATION]),
);

const STAGES = ['rows', 'receiver', 'sender'] as const;

/** Where an error has no position. */
const NOWHERE = 0xffffffff;

/**
 * Answers what comes until it ends. What is wrong with a question is told in the answer, and the next one is answered again; frames that
 * cannot be told apart end it.
 * @param write waits until there is room
 * @throws {VeilmatchError} `bad-message` for what is no sequence of frames, after it was told
 */
export async function serveStages(
  questions: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  write: (bytes: Uint8Array) => Promise<void>,
  options: ServeOptions,
): Promise<void> {
  let stage: Stage | undefined;
  const send = async (operation: number, parts: Answer): Promise<void> => {
    const bodyBytes = parts.reduce((sum, part) => sum + part.length, 0);
    requireFits(bodyBytes);
    await write(concatBytes(frameHead(operation, bodyBytes), ...parts));
  };
  try {
    for await (const frame of readFrames(questions)) {
      try {
        if (frame.operation === OPERATION.init) {
          stage?.wipe();
          stage = undefined;
          stage = await stageOf(frame, options);
          await send(OPERATION.init, [aboutOf(stage)]);
        } else {
          await send(frame.operation, await answerOf(frame, stage));
        }
      } catch (error) {
        if (!(error instanceof VeilmatchError)) throw error;
        await send(OPERATION.error, errorBody(error));
      } finally {
        // The secret of the first frame, and the identifiers of the others.
        frame.body.fill(0);
      }
    }
  } catch (error) {
    if (error instanceof VeilmatchError) await send(OPERATION.error, errorBody(error));
    throw error;
  } finally {
    stage?.wipe();
  }
}

async function stageOf({ body }: Frame, { backend, secret: given }: ServeOptions): Promise<Stage> {
  const { settings, secret } = readInit(body);
  const own = secret.length > 0 || given === undefined ? secret : new Uint8Array(given);
  try {
    if (settings.take('protocol') !== PROTOCOL)
      throw badSetting('protocol', `${PROTOCOL}, the number of this version`);
    const kind = settings.word('stage', STAGES);
    if (kind === undefined) throw badSetting('stage', 'rows, receiver or sender');
    const stage = await begin(kind, settings, own, backend);
    settings.end();
    return stage;
  } catch (error) {
    own.fill(0);
    throw error;
  }
}

function begin(
  kind: (typeof STAGES)[number],
  settings: Settings,
  secret: Uint8Array,
  backend: GroupBackend,
): Stage | Promise<Stage> {
  if (kind === 'rows') return rowStage(settings, secret);
  return (kind === 'receiver' ? receiverStage : senderStage)(settings, secret, backend);
}

function answerOf({ operation, body }: Frame, stage: Stage | undefined): Answer | Promise<Answer> {
  const name = NAMES.get(operation);
  if (name === undefined || name === 'error' || name === 'init')
    throw new VeilmatchError('bad-message', `There is no operation ${operation}.`);
  if (stage === undefined) {
    throw new VeilmatchError('unexpected-message', 'The first frame has to say what the worker is to do.');
  }
  const answer = stage.answers[name satisfies Operation];
  if (answer !== undefined) return answer(new PartReader(body));
  throw new VeilmatchError(
    'unexpected-message',
    `This worker does not do operation ${operation}, by what the first frame said of its stage, its hash, or the sid.`,
  );
}

function aboutOf({ about }: Stage): Uint8Array {
  return utf8(JSON.stringify({ protocol: PROTOCOL, identifiers: IDENTIFIER_FORMAT, ...about }));
}

/** u32 position or 2^32 - 1, u8 length of the code, the code, a message for people. */
function errorBody({ code, message, position }: VeilmatchError): Answer {
  const head = new Uint8Array(5);
  new DataView(head.buffer).setUint32(0, position ?? NOWHERE, true);
  head[4] = code.length;
  return [head, utf8(code), utf8(message)];
}
