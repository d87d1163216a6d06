// SPDX-License-Identifier: Apache-2.0
/**
 * All inputs that are kept, tried again: each gives a result or a typed error, without what stood in it, in a number of
 * steps that its length bounds. Steps are places in the instrumented sources, so no clock decides.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Replay {
  readonly name: string;
  readonly inputs: number;
  readonly coverage: {
    readonly functions: number;
    readonly functionsInAll: number;
    readonly branches: number;
  };
  readonly share: number;
  readonly failures: readonly { readonly input: string; readonly what: string }[];
}

const folder = fileURLToPath(new URL('.', import.meta.url));
const temporary = fileURLToPath(new URL(`../.tmp-fuzz-${process.pid}/`, import.meta.url));
const files = (kind: string): string[] =>
  readdirSync(`${folder}${kind}`).filter((name) => name.endsWith('.txt'));
const names = files('corpus').map((name) => name.replace(/\.txt$/, ''));

let replays: ReadonlyMap<string, Replay>;
beforeAll(async () => {
  const { buildTargets } = await import(new URL('build.js', import.meta.url).href);
  await buildTargets(`${temporary}main.mjs`);
  const printed = execFileSync(process.execPath, [`${temporary}main.mjs`, 'replay', folder], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  replays = new Map((JSON.parse(printed) as Replay[]).map((each) => [each.name, each]));
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe('the inputs that are kept', () => {
  it.each(names)('of %s break nothing', (name) => {
    const { failures, share } = replays.get(name)!;
    expect(failures).toEqual([]);
    expect(share).toBeLessThanOrEqual(1);
  });

  // Seeds that are all refused would try nothing.
  it.each(names)('of %s reach most of what they are there for', (name) => {
    const { functions, functionsInAll } = replays.get(name)!.coverage;
    expect(functions / functionsInAll).toBeGreaterThan(0.5);
  });

  it('are there for every target, and for nothing else', () => {
    expect(names.sort()).toEqual([...replays.keys()].sort());
    const found = files('found').map((name) => name.replace(/\.txt$/, ''));
    expect(found.length).toBeGreaterThan(0);
    expect([...replays.keys()]).toEqual(expect.arrayContaining(found));
  });

  it('are few and short', () => {
    const bytes = files('corpus').map((name) => readFileSync(`${folder}corpus/${name}`).length);
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(200_000);
  });
});
