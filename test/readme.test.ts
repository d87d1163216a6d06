// SPDX-License-Identifier: Apache-2.0
/**
 * The README does what it says: its programs compile, run against the built package and print what their comments
 * announce (`// → text`), and its commands exist; so do those of CONTRIBUTING.
 */

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const execute = promisify(execFile);

interface Block {
  readonly language: string;
  readonly text: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms)].map(({ 1: language, 2: text, index }) => ({
    language: language!,
    text: text!,
    line: markdown.slice(0, index).split('\n').length,
  }));
}

const [readme, contributing] = ['README.md', 'CONTRIBUTING.md'].map((document) =>
  blocksOf(readFileSync(join(root, document), 'utf8')),
) as [Block[], Block[]];
const programs = readme.filter(({ language }) => ['ts', 'js'].includes(language));

// Inside the repository, so that the package finds itself by its name.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(root, 'test/.tmp-readme-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the programs of the README', () => {
  it('are there', () => {
    expect(programs.length).toBeGreaterThan(0);
  });

  it.each(programs)('print what they announce: $language, line $line', async ({ language, text, line }) => {
    const { code } = await transform(text, { loader: language as 'ts' | 'js', tsconfigRaw: {} });
    const file = join(folder, `line-${line}.mjs`);
    writeFileSync(file, code);
    const { stdout, stderr } = await execute(process.execPath, [file], { cwd: folder });
    const announced = [...text.matchAll(/\/\/ → (.*)$/gm)].map(([, value]) => value!.trimEnd());
    expect({ printed: stdout.trimEnd().split('\n'), stderr }).toEqual({
      printed: announced.length > 0 ? announced : [''],
      stderr: '',
    });
  });

  it.each(programs.filter(({ language }) => language === 'ts'))('compile: line $line', ({ text, line }) => {
    const file = join(folder, `line-${line}.ts`);
    writeFileSync(file, text);
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(
      { ...config, include: [], files: [file] },
      ts.sys,
      root,
    );
    // What a reader sees are the types that were built, not the sources.
    const { paths: _, ...asReader } = options;
    const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([file], asReader));
    expect(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual(
      [],
    );
  });
});

describe('the commands of the README and of CONTRIBUTING', () => {
  /** The command lines of a block: comments off, continued lines joined, one for each part of a pipe or a sequence. */
  const commands = [...readme, ...contributing]
    .filter(({ language }) => ['sh', 'bash', 'console'].includes(language))
    .flatMap(({ text }) => text.replaceAll(/\\\n/g, ' ').split('\n'))
    .flatMap((command) => command.replace(/(^|\s)#.*$/, '').split(/&&|\|/))
    .map((command) => command.trim().replace(/^\$ /, '').replace(/\s+/g, ' '))
    .filter((command) => command !== '');

  const helpOf = async (...argv: string[]): Promise<string> => {
    const main = join(root, 'dist/cli/main.js');
    return (await execute(process.execPath, [main, ...argv, '--help'])).stdout;
  };

  async function check(command: string): Promise<string | undefined> {
    const [program = '', ...argv] = command.split(' ');
    const script = program === 'npm' && (argv[0] === 'run' ? argv[1] : argv[0]);
    if (script && ['ci', 'install', 'i'].includes(script)) return undefined;
    if (script) return script in manifest.scripts ? undefined : `npm has no script ${script}`;
    if (program === 'node') return existsSync(join(root, argv[0]!)) ? undefined : `there is no ${argv[0]}`;
    const own = program === 'npx' ? argv : [program, ...argv];
    if (own[0] !== manifest.name) return `${program} is not a command of this package`;
    const name = own[1]!;
    if (!new RegExp(`^ +${name}\\b`, 'm').test(await helpOf())) return `veilmatch has no command ${name}`;
    const help = await helpOf(name);
    const unknown = own
      .slice(2)
      .filter(
        (word) =>
          word.startsWith('-') &&
          word !== '-' &&
          !new RegExp(`(^|[\\s,])${word.split('=')[0]}\\b`).test(help),
      );
    return unknown.length === 0 ? undefined : `veilmatch ${name} has no option ${unknown.join(' ')}`;
  }

  it('are there', () => {
    expect(commands).toEqual(expect.arrayContaining(['npm ci', 'npm start', 'npm test']));
  });

  it.each([
    ['npm run nothing', 'npm has no script nothing'],
    ['npx veilmatch nothing a.csv', 'veilmatch has no command nothing'],
    ['veilmatch normalize a.csv --nothing', 'veilmatch normalize has no option --nothing'],
    ['curl example.com', 'curl is not a command of this package'],
  ])('would not go unnoticed as %s', async (command, complaint) => {
    expect(await check(command)).toBe(complaint);
  });

  it.each(commands)('exist: %s', async (command) => {
    expect(await check(command)).toBeUndefined();
  });
});
