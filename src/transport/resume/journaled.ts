// SPDX-License-Identifier: Apache-2.0
/**
 * A party that is told what it knew: its channel gives it the frames of its journal first and sends none that the peer has,
 * its backend the results that were computed before, its randomness comes from the journal's seed. Nothing else about a run
 * that is resumed is special.
 */

import { throwIfAborted } from '../../abort.js';
import { ByteList, equalBytes, u32, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { BatchOptions, GroupBackend } from '../../group/group.js';
import { createSha512 } from '../../kernel/sha512.js';
import { admitOf } from '../../psi/run/admit.js';
import type { CommonOptions } from '../../psi/run/party.js';
import { type RandomSource, secureRandom, withOnce } from '../../random.js';
import type { Channel } from '../channel/channel.js';
import { disconnected } from '../channel/link.js';
import { CALL_BYTES, FrameDigest, type Journal, NOTHING_HELD, SEED_BYTES } from './journal.js';
import { seededRandom } from './seeded-random.js';

/**
 * A channel on which a run goes on where it was cut.
 * @throws {VeilmatchError} besides what the channel throws: `io`, `bad-file`; `transcript-mismatch` where the peer has other
 * frames than this party makes
 */
export function journaledChannel(channel: Channel, journal: Journal): Channel {
  const peer = channel.peerHolds ?? NOTHING_HELD;
  const digest = new FrameDigest();
  const live = channel[Symbol.asyncIterator]();
  let made = 0;
  let taken = 0;
  return {
    get traffic() {
      return channel.traffic;
    },
    async send(frame) {
      if (made++ >= peer.frames) return channel.send(frame);
      digest.add(frame);
      if (made === peer.frames && !equalBytes(digest.value(), peer.digest)) {
        throw new VeilmatchError(
          'transcript-mismatch',
          'The peer has other frames of this run than this party makes: one of the two lists or states is another one.',
        );
      }
    },
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (taken < journal.held.frames) return { done: false, value: await journal.frame(taken++) };
        const next = await live.next();
        if (next.done) return next;
        // On the disk before anything is done with it.
        await journal.addFrame(next.value);
        taken++;
        return next;
      },
    }),
    close: (reason) => channel.close(reason),
  };
}

/** Where nobody is: a run that the journal holds to its end comes to it, another one is cut there. */
export function recordedChannel(): Channel {
  return {
    traffic: { sent: 0, received: 0 },
    async send() {},
    [Symbol.asyncIterator]: () => ({
      async next() {
        throw disconnected('The run is not complete.');
      },
    }),
    async close() {},
  };
}

/** The options of a party that goes by its journal. */
export function journaledOptions<Options extends CommonOptions>(options: Options, journal: Journal): Options {
  const admit = admitOf(options.admit);
  return {
    ...options,
    backend: journaledBackend(options.backend, journal),
    random: withOnce(seededRandom(journal.seed), () => laterRandom(journal)),
    admit:
      options.admit &&
      (async (run) => {
        const call = digestOf('admit', []);
        if (journal.outcome(call) !== undefined) return;
        await admit(run);
        await journal.addOutcome(call, new Uint8Array());
      }),
  };
}

/**
 * What follows from a second seed, which is drawn when it is first asked for and on the disk before it is used: an old copy of the journal,
 * with nothing but the first one, gets another.
 */
async function laterRandom(journal: Journal): Promise<RandomSource> {
  const call = digestOf('seed', []);
  let seed = await journal.outcome(call);
  if (seed === undefined) {
    seed = secureRandom(SEED_BYTES);
    await journal.addOutcome(call, seed);
  }
  return seededRandom(seed);
}

/** What an operation works on, and what it can be given besides. */
type Input = Uint8Array | ByteList | number;
type Argument = Input | BatchOptions | undefined;

/** What a backend computes: all that it does but `dispose`. */
type Operation = keyof {
  [Name in keyof GroupBackend as GroupBackend[Name] extends (...args: never[]) => Promise<Uint8Array>
    ? Name
    : never]: true;
};
type Arguments = { [Name in Operation]: Parameters<GroupBackend[Name]> };
type Operations = { [Name in Operation]: (...args: Arguments[Name]) => Promise<Uint8Array> };

/** Every operation looks into the journal first. A result stands there under a digest of all that was asked. */
function journaledBackend(inner: GroupBackend, journal: Journal): GroupBackend {
  const operations: Operations = inner;
  const kept =
    <Name extends Operation>(name: Name) =>
    async (...args: Arguments[Name]): Promise<Uint8Array> => {
      const call = digestOf(name, args);
      const known = journal.outcome(call);
      if (known !== undefined) return recall(known, args, inner.group.elementBytes);
      const outcome = await operations[name](...args);
      await journal.addOutcome(call, outcome);
      return outcome;
    };
  return {
    name: inner.name,
    group: inner.group,
    constantTime: inner.constantTime,
    get concurrency() {
      return inner.concurrency;
    },
    hashAndMultiply: kept('hashAndMultiply'),
    hashAndMultiplyEach: kept('hashAndMultiplyEach'),
    mapAndMultiply: kept('mapAndMultiply'),
    multiply: kept('multiply'),
    multiplyEach: kept('multiplyEach'),
    multiplyBase: kept('multiplyBase'),
    hashAndAddBase: kept('hashAndAddBase'),
    subtractBase: kept('subtractBase'),
    subtractHashAndMultiply: kept('subtractHashAndMultiply'),
    add: kept('add'),
    subtract: kept('subtract'),
    // Of public points, and asked for when the run is over: nothing that a run which is resumed would want to have kept.
    progression: (...args) => inner.progression(...args),
    weightedSum: kept('weightedSum'),
    dispose: () => inner.dispose(),
  };
}

async function recall(
  known: Promise<Uint8Array>,
  args: readonly Argument[],
  elementBytes: number,
): Promise<Uint8Array> {
  const outcome = await known;
  const count = outcome.length / elementBytes;
  for (const options of args) {
    if (options === undefined || isInput(options)) continue;
    throwIfAborted(options.signal);
    options.onProgress?.(count, count);
  }
  return outcome;
}

function isInput(argument: Argument): argument is Input {
  return argument instanceof Uint8Array || argument instanceof ByteList || typeof argument === 'number';
}

/** Names a call by what it is asked. Secrets are among that: the digest stays in the journal, sealed. */
function digestOf(name: string, args: readonly Argument[]): Uint8Array {
  const digest = createSha512();
  const add = (bytes: Uint8Array): void => void digest.update(u32(bytes.length)).update(bytes);
  add(utf8(name));
  for (const argument of args) {
    if (argument instanceof Uint8Array) add(argument);
    else if (typeof argument === 'number') add(u32(argument));
    else if (argument instanceof ByteList) {
      const { bytes, offsets } = argument;
      add(new Uint8Array(offsets.slice().buffer));
      add(bytes.subarray(offsets[0], offsets.at(-1)));
    }
  }
  return digest.digest().subarray(0, CALL_BYTES);
}
