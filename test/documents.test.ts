// SPDX-License-Identifier: Apache-2.0
/**
 * The documents do what they say: every program in README, CONTRIBUTING and docs compiles, runs against the built package
 * and prints what its comments announce; every command ends well.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { announcedBy, type Block, blocksOf, Reader, root } from './support/documents.js';

const MINUTES = 60_000;
const LANGUAGES = ['ts', 'sh'];

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const blocks = documents.flatMap(blocksOf);
const runnable = blocks.filter(({ language }) => LANGUAGES.includes(language));

/** The two lists that the README writes and the guides go on with. */
const lists = blocksOf('README.md').find(({ text }) => text.includes('cat > customers.csv'))!;

it('the documents hold no code that is not run', () => {
  const others = blocks.filter(({ language }) => ![...LANGUAGES, 'ini', 'text'].includes(language));
  expect(others.map(({ document, line }) => `${document}:${line}`)).toEqual([]);
});

describe.each(documents.filter((name) => runnable.some(({ document }) => document === name)))(
  '%s',
  (document) => {
    const own = runnable.filter((block) => block.document === document);
    let reader: Reader;
    beforeAll(async () => {
      reader = await Reader.create();
      reader.addCertificates();
      await reader.run(lists);
    });
    afterAll(() => reader?.close());

    it.each(own)(
      'line $line runs, $language',
      async (block) => {
        const { status, stdout, stderr } = await reader.run(block);
        expect({ status, stderr: status === 0 && block.language === 'sh' ? '' : stderr }).toEqual({
          status: 0,
          stderr: '',
        });
        const printed = stdout.split('\n').map((line) => line.trimEnd());
        const announced = announcedBy(block);
        // A program says all that it prints; a command may say more than is told of it.
        const told = block.language === 'ts' ? printed : printed.filter((line) => announced.includes(line));
        expect(told.filter((line) => line !== '')).toEqual(announced);
      },
      2 * MINUTES,
    );
  },
);

describe('the programs', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.create();
  });
  afterAll(() => reader?.close());

  function complaints(programs: readonly Block[]): string[] {
    const files = programs.map((block) => reader.place(block));
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files }, ts.sys, root);
    // What a reader sees are the types that were built, not the sources.
    const { paths: _, ...asReader } = options;
    return ts.getPreEmitDiagnostics(ts.createProgram(files, asReader)).map(({ file, messageText }) => {
      const at = programs[files.indexOf(file?.fileName ?? '')];
      return `${at?.document}:${at?.line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  }

  it('compile', () => {
    const programs = runnable.filter(({ language }) => language === 'ts');
    expect(programs.length).toBeGreaterThan(10);
    expect(complaints(programs)).toEqual([]);
  });

  it('would not compile with a wrong argument', () => {
    const text = "import { intersect } from 'veilmatch';\nawait intersect(['a'], 1);\n";
    const wrong = { document: 'wrong.md', line: 1, language: 'ts', background: false, text };
    expect(complaints([wrong])).toEqual([expect.stringMatching(/^wrong.md:1: .*not assignable/)]);
  });
});

describe('a command', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.create();
    await reader.run(lists);
  });
  afterAll(() => reader?.close());

  it.each([
    ['npm run nothing', 'npm has no script nothing'],
    ['npx veilmatch nothing customers.csv', "unknown command 'nothing'"],
    ['npx veilmatch normalize customers.csv --nothing', "unknown option '--nothing'"],
    ['npx veilmatch normalize no-such.csv && true', 'no-such.csv'],
    ['no-such-program', 'no-such-program'],
  ])('would not go unnoticed as %s', async (text, complaint) => {
    const block = { document: 'wrong.md', line: 1, language: 'sh', background: false, text };
    const { status, stderr } = await reader.run(block);
    expect(status).not.toBe(0);
    expect(stderr).toContain(complaint);
  });
});
