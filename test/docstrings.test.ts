// SPDX-License-Identifier: Apache-2.0
/** Examples in docstrings: every public function has one, it compiles, runs against the sources, and prints what it says. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { announcedBy, root } from './support/documents.js';
import { programOf, publicNames } from './support/public-names.js';

const functions = publicNames().filter(({ subpath, kind }) => subpath !== 'veilmatch' && kind === 'function');
const examples = functions.flatMap(({ name, examples: all }) =>
  all.map((example, i) => ({ name: all.length === 1 ? name : `${name} ${i}`, text: programOf(example) })),
);

/** In the repository, so that what is imported is found from there. */
const folder = mkdtempSync(join(root, 'test/.tmp-docstrings-'));
const files = mkdtempSync(join(tmpdir(), 'veilmatch-docstrings-'));
const former = process.env.TMPDIR;
beforeAll(() => {
  process.env.TMPDIR = files;
});
afterAll(() => {
  if (former === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = former;
  for (const each of [folder, files]) rmSync(each, { recursive: true, force: true });
});
afterEach(() => void vi.restoreAllMocks());

function written(name: string, text: string, part: string): string {
  mkdirSync(join(folder, part), { recursive: true });
  const file = join(folder, part, `${name.replace(' ', '-')}.ts`);
  writeFileSync(file, `${text}\nexport {};\n`);
  return file;
}

/** The same program, with the sources in place of the package. */
const fromSources = (text: string): string =>
  text
    .replace(/'veilmatch\/errors'/g, "'../../../src/errors.js'")
    .replace(/'veilmatch\/tables'/g, "'../../../src/lists/tables.js'")
    .replace(/'veilmatch\/(\w+)'/g, "'../../../src/$1/index.js'")
    .replace(/'veilmatch'/g, "'../../../src/index.js'");

/** What a program prints, line by line. */
async function printedBy(file: string): Promise<string[]> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...values) => void lines.push(format(...values)));
  await import(/* @vite-ignore */ file);
  return lines;
}

function complaints(programs: readonly string[]): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const program = ts.createProgram(programs, { ...options, declaration: false, isolatedDeclarations: false });
  return programs.flatMap((file) => {
    const source = program.getSourceFile(file)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(
      ({ messageText }) =>
        `${file.slice(folder.length + 1)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  });
}

describe('the examples of public functions', () => {
  it('are there for each of them', () => {
    expect(functions.length).toBeGreaterThan(50);
    expect(functions.filter((each) => each.examples.length === 0).map(({ name }) => name)).toEqual([]);
  });

  it.each(examples)('$name uses what it is of, in a few lines, and prints something', ({ name, text }) => {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('import '));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(text).toMatch(new RegExp(`\\b${name.split(' ')[0]}\\(`));
    expect(announcedBy({ text }).length).toBeGreaterThan(0);
  });

  it('compile', () => {
    expect(complaints(examples.map(({ name, text }) => written(name, text, 'types')))).toEqual([]);
  });

  it.each(examples)('$name runs, and prints what it says', async ({ name, text }) => {
    expect(await printedBy(written(name, fromSources(text), 'runs'))).toEqual(announcedBy({ text }));
  });

  it('would be found out: one that prints something else, one that throws, one that does not compile', async () => {
    expect(await printedBy(written('other', 'console.log(1 + 1); // → 3', 'runs'))).toEqual(['2']);
    await expect(printedBy(written('throws', "throw new Error('no');", 'runs'))).rejects.toThrow('no');
    const wrong = "import { normalizePhone } from 'veilmatch/identifiers';\nnormalizePhone(1);";
    expect(complaints([written('wrong', wrong, 'types')])).toEqual([expect.stringMatching(/not assignable/)]);
  });
});
