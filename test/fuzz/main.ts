// SPDX-License-Identifier: Apache-2.0
/** What runs in the built module: `list`, `replay`, `uncovered`, `show` and `fuzz`, each of which prints JSON. */

import { join } from 'node:path';
import { readInputs, writeInputs } from './corpus.js';
import { placesOf, probe } from './probe.js';
import { describe, makePredictable, outcomeOf, seedsOf, session, stepLimit } from './session.js';
import type { FuzzTarget } from './support/target.js';
import { targets } from './targets/index.js';

interface Coverage {
  readonly functions: number;
  readonly functionsInAll: number;
  readonly branches: number;
  readonly branchesInAll: number;
}

/** What a corpus does. */
interface Replay {
  readonly name: string;
  readonly reads: string;
  readonly inputs: number;
  readonly bytes: number;
  readonly coverage: Coverage;
  /** The largest share of its limit that an input took, in steps. */
  readonly share: number;
  readonly failures: readonly { readonly input: string; readonly what: string }[];
}

async function replay(target: FuzzTarget, inputs: readonly Uint8Array[]): Promise<Replay> {
  const reached = new Set<number>();
  const failures: { input: string; what: string }[] = [];
  let share = 0;
  for (const input of inputs) {
    const { features, steps, failure } = await outcomeOf(target, input);
    for (const feature of features) reached.add(feature >>> 3);
    share = Math.max(share, steps / stepLimit(target, input.length));
    if (failure !== undefined) {
      failures.push({ input: base64(input), what: describe(failure) });
    }
  }
  const places = placesOf(target.sources);
  const count = (kind: 'function' | 'branch', of: (place: number) => boolean): number =>
    places.filter((place) => probe.places[place]!.kind === kind && of(place)).length;
  const coverage = {
    functions: count('function', (place) => reached.has(place)),
    functionsInAll: count('function', () => true),
    branches: count('branch', (place) => reached.has(place)),
    branchesInAll: count('branch', () => true),
  };
  const bytes = inputs.reduce((sum, { length }) => sum + length, 0);
  return { name: target.name, reads: target.reads, inputs: inputs.length, bytes, coverage, share, failures };
}

function named(name: string): FuzzTarget {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) throw new Error(`There is no target ${name}.`);
  return target;
}

/** Inputs that are kept: what leads somewhere, and what once did not hold. */
function kept(folder: string, name: string): Uint8Array[] {
  return [
    ...readInputs(join(folder, 'corpus', `${name}.txt`)),
    ...readInputs(join(folder, 'found', `${name}.txt`)),
  ];
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const commands: Readonly<Record<string, (...args: string[]) => Promise<void>>> = {
  async list() {
    print(targets.map(({ name }) => name));
  },

  /** What all inputs do that are kept for a target, or for each of them: seeds are among them. */
  async replay(folder = '', name = '') {
    const results: Replay[] = [];
    for (const target of name === '' ? targets : [named(name)]) {
      results.push(await replay(target, [...(await seedsOf(target)), ...kept(folder, target.name)]));
    }
    print(results);
  },

  /** Where no input that is kept comes to. */
  async uncovered(folder = '', name = '') {
    const target = named(name);
    const reached = new Set<number>();
    for (const input of [...(await seedsOf(target)), ...kept(folder, name)]) {
      for (const feature of (await outcomeOf(target, input)).features) reached.add(feature >>> 3);
    }
    print(
      placesOf(target.sources)
        .filter((place) => !reached.has(place))
        .map((place) => probe.places[place]),
    );
  },

  /** What one input does, and where it spends its steps. */
  async show(name = '', input = '') {
    const target = named(name);
    await seedsOf(target);
    const bytes = new Uint8Array(Buffer.from(input, 'base64'));
    const { steps, failure } = await outcomeOf(target, bytes);
    const hottest = probe.places
      .map((place, i) => ({ ...place, count: probe.counts[i]! }))
      .sort((a, b) => b.count - a.count)
      .slice(0, 10);
    print({ steps, limit: stepLimit(target, bytes.length), failure: failure && describe(failure), hottest });
  },

  async fuzz(folder = '', name = '', seconds = '60', seed = '1', runs?: string) {
    const target = named(name);
    const result = await session(target, {
      seed: Number(seed),
      seconds: Number(seconds),
      runs: runs === undefined ? undefined : Number(runs),
      corpus: kept(folder, name),
    });
    writeInputs(join(folder, 'corpus', `${name}.txt`), result.corpus);
    const findings = result.findings.map(({ input, what }) => ({ input: base64(input), what }));
    print({ executions: result.executions, seconds: result.seconds, findings });
  },
};

const [, , command = '', ...args] = process.argv;
const chosen = commands[command];
if (chosen === undefined) throw new Error(`Say one of ${Object.keys(commands).join(', ')}.`);
makePredictable();
await chosen(...args);
// What a target left open must not keep the process.
process.exit(0);
