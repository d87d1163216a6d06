// SPDX-License-Identifier: Apache-2.0
/**
 * veilmatch beside programs in native code, everybody with the same lists in files, on as many cores, in turns. What does not install is a
 * cell that says so. Both parties are on this machine.
 */

import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeList } from '../messy/write-list.js';
import { own, peers } from '../peers/native/peers.js';
import { ratios, spread } from '../rounds.js';

/** @typedef {import('../peers/native/peers.js').Contestant} Contestant */
/** @typedef {Record<string, number>} Figures - `seconds` is what is compared */

/**
 * What everybody who can do it does once in each round.
 * @typedef {object} Turn
 * @property {Record<string, string | number>} of - labels of what is measured, without the work and the name
 * @property {(contestant: any) => boolean} takes
 * @property {(contestant: any) => Promise<Record<string, Figures>>} run - by the name of the work
 */

/** Seconds: whoever is expected to take longer has one turn, and only in full. */
const LONG = 30;

/** @param {boolean} quick @param {boolean} full */
const sizesOf = (quick, full) => (quick ? [10_000] : full ? [10_000, 100_000, 1_000_000] : [10_000, 100_000]);

/** @type {import('../run.js').Case} */
const bench = {
  name: 'native',
  description: 'programs in native code at the same work, on the same lists; what does not install is said',
  takesSizes: true,
  async run({ quick, full, sizes = sizesOf(quick, full), log }) {
    const { ready, missing } = contestants(log);
    const folder = await mkdtemp(join(tmpdir(), 'veilmatch-native-'));
    try {
      /** @type {Required<import('../record.js').Results>} */
      const results = { cells: [], ratios: [], targets: [] };
      for (const { name, failure } of missing)
        results.cells.push({ of: { work: 'install', name }, figures: {}, failure });
      /** Seconds an element, by the size before. @type {Map<string, number>} */
      const pace = new Map();
      for (const turn of await turns(folder, { quick, sizes })) {
        const taken = new Taken(turn.of);
        const taking = ready.filter((contestant) => turn.takes(contestant));
        const rounds = quick ? 1 : 3;
        for (let round = 0; round < rounds; round++) {
          for (const contestant of taking) {
            const { name } = contestant;
            const key = `${contestant.work} ${name} ${turn.of.threads}`;
            const expected = (pace.get(key) ?? 0) * Number(turn.of.size ?? 0);
            if (taken.failed(name) || (expected > LONG && (!full || round > 0))) continue;
            log(`${contestant.work}, ${JSON.stringify(turn.of)}: ${name}, round ${round + 1} of ${rounds}`);
            try {
              const told = await turn.run(contestant);
              taken.add(name, told);
              const { seconds } = Object.values(told)[0] ?? {};
              if (seconds !== undefined) pace.set(key, seconds / Number(turn.of.size ?? 1));
            } catch (error) {
              taken.fail(name, contestant.work, error instanceof Error ? error.message : String(error));
            }
          }
        }
        const { cells, ratios: found } = taken.results(taking);
        results.cells.push(...cells);
        results.ratios.push(...found);
      }
      return results;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export default bench;

/** @param {(line: string) => void} log */
function contestants(log) {
  /** @type {{ name: string, failure: string }[]} */
  const missing = [];
  /** @type {Contestant[]} */
  const ready = [];
  const only = process.env.BENCH_PEERS?.split(',');
  for (const peer of [own, ...peers.filter(({ name }) => only?.includes(name) ?? true)]) {
    try {
      ready.push(...peer.ready(log));
    } catch (error) {
      const failure = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
      log(`${peer.name} ${peer.version} is left out: ${failure}`);
      missing.push({ name: peer.name, failure });
    }
  }
  return { ready, missing };
}

/** What came of a turn. */
class Taken {
  /** By the work and the name. @type {Map<string, Map<string, Figures[]>>} */
  #runs = new Map();
  /** @type {Map<string, { work: string, failure: string }>} */
  #failures = new Map();
  #of;

  /** @param {Record<string, string | number>} of */
  constructor(of) {
    this.#of = of;
  }

  /** @param {string} name */
  failed(name) {
    return this.#failures.has(name);
  }

  /** @param {string} name @param {string} work @param {string} failure */
  fail(name, work, failure) {
    this.#failures.set(name, { work, failure });
  }

  /** @param {string} name @param {Record<string, Figures>} told */
  add(name, told) {
    for (const [work, figures] of Object.entries(told)) {
      const byName = this.#runs.get(work) ?? new Map();
      this.#runs.set(work, byName.set(name, [...(byName.get(name) ?? []), figures]));
    }
  }

  /** @param {readonly Contestant[]} taking */
  results(taking) {
    const cells = Array.from(this.#failures, ([name, { work, failure }]) => ({
      of: { work, ...this.#of, name },
      figures: {},
      failure,
    }));
    /** @type {import('../record.js').Ratio[]} */
    const found = [];
    for (const [work, byName] of this.#runs) {
      for (const [name, runs] of byName) {
        if (this.failed(name)) continue;
        const spreads = Object.keys(runs[0] ?? {}).map((key) => [
          key,
          spread(runs.map((run) => run[key] ?? 0)),
        ]);
        cells.push({
          of: { work, ...this.#of, name },
          figures: Object.fromEntries(spreads),
          failure: undefined,
        });
        const fast = oursFor(taking.find((each) => each.name === name));
        const ours = byName.get(fast) ?? [];
        const rounds = Math.min(ours.length, runs.length);
        if (name.startsWith('veilmatch') || rounds === 0) continue;
        const [mine, theirs] = [ours, runs].map((all) =>
          all.slice(0, rounds).map(({ seconds }) => seconds ?? 0),
        );
        found.push({ of: { work, ...this.#of, fast, slow: name }, times: ratios(mine ?? [], theirs ?? []) });
      }
    }
    return { cells: cells.map(withoutUndefined), ratios: found };
  }
}

/** @param {any} cell @returns {import('../record.js').Cell} */
const withoutUndefined = ({ failure, ...cell }) => (failure === undefined ? cell : { ...cell, failure });

/** What of ours a peer is compared with: an intersection by that of its kind. @param {Contestant | undefined} peer */
function oursFor(peer) {
  if (peer?.work !== 'intersection') return 'veilmatch';
  return peer.kind === 'ecdh' ? 'veilmatch ECDH' : 'veilmatch ot-psi';
}

/**
 * @param {string} folder
 * @param {{ quick: boolean, sizes: readonly number[] }} size - `sizes` of the lists to match
 * @returns {Promise<Turn[]>}
 */
async function turns(folder, { quick, sizes }) {
  const rate = (/** @type {number} */ each) => ({ seconds: 1 / each, operationsPerSecond: each });
  /** @type {Turn[]} */
  const all = [
    {
      of: { threads: 1 },
      takes: ({ work }) => work === 'group',
      async run(contestant) {
        const rates = await contestant.run(quick ? 0.5 : 3);
        return Object.fromEntries(Object.entries(rates).map(([work, each]) => [work, rate(Number(each))]));
      },
    },
  ];
  for (const size of sizes) {
    const lists = await writeLists(folder, size);
    for (const threads of [1, 2]) {
      all.push({
        of: { size, threads },
        takes: (contestant) => contestant.work === 'intersection' && contestant.threads.includes(threads),
        async run(contestant) {
          const { found, ...figures } = await contestant.run({ ...lists, threads });
          if (found !== lists.shared) throw new Error(`found ${found} of ${lists.shared}`);
          const { bytes, ...rest } = figures;
          return { intersection: bytes === undefined ? rest : { ...rest, bytesPerElement: bytes / size } };
        },
      });
    }
  }
  const rows = quick ? 10_000 : 1_000_000;
  const numbers = join(folder, 'numbers.txt');
  await writeList(rows, join(folder, 'list.csv'), { numbers });
  for (const threads of [1, 2]) {
    all.push({
      of: { rows, threads },
      takes: (contestant) => contestant.work === 'numbers' && contestant.threads.includes(threads),
      async run(contestant) {
        const { cpu, seconds } = await contestant.run(numbers, threads);
        return { 'telephone numbers': { seconds, cpuSeconds: cpu } };
      },
    });
  }
  for (const targets of quick ? [1] : [1, 10_000, 1_000_000]) {
    const tokens = Array.from({ length: targets }, (_, i) =>
      createHash('sha256').update(`no number ${i}`).digest('hex'),
    );
    all.push({
      of: { targets, threads: 1 },
      takes: ({ work }) => work === 'reversal',
      run: async (contestant) => ({ reversal: rate(await contestant.run(tokens, quick)) }),
    });
  }
  return all;
}

/** Telephone numbers, of which every second one is on both. @param {string} folder @param {number} size */
async function writeLists(folder, size) {
  const half = size / 2;
  const file = async (/** @type {string} */ name, /** @type {number} */ first) => {
    const path = join(folder, `${name}-${size}.txt`);
    const lines = Array.from({ length: size }, (_, i) => `+1415${String(first + i).padStart(7, '0')}`);
    await writeFile(path, `${lines.join('\n')}\n`);
    return path;
  };
  return { receiver: await file('receiver', 0), sender: await file('sender', half), size, shared: half };
}
