// SPDX-License-Identifier: Apache-2.0
/**
 * The declarations of the files that the published types come from, for tsup to put together. Public types are written out in the
 * sources (`isolatedDeclarations`), so the declarations of a file need that file alone: this takes a tenth of the time of a
 * program of all of them, and checks nothing, which `npm run check` does.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const SOURCES = 'src';
const BUILT = 'dist';
/** Where they stand until they are put together. */
const APART = '.declarations';

/**
 * Writes the declarations of all files that the types of package.json come from.
 * @returns by the name of a subpath's module, the file to begin with
 */
export function declarations(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, '.');
  const compilerOptions: ts.CompilerOptions = { ...options, noEmit: false };
  const pending = Object.values<{ types?: string }>(exports).flatMap(({ types }) => types ?? []);
  const wanted = new Set(pending.map((path) => relative(BUILT, path).replace(/\.d\.ts$/, '')));
  const entries = Object.fromEntries([...wanted].map((name) => [name, join(APART, `${name}.d.ts`)]));
  rmSync(APART, { recursive: true, force: true });
  // A set takes what is added while it is gone through.
  for (const name of wanted) {
    const fileName = join(SOURCES, `${name}.ts`);
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(fileName, 'utf8'), {
      fileName,
      compilerOptions,
      reportDiagnostics: true,
    });
    if (diagnostics.length > 0) {
      throw new Error(
        diagnostics.map((each) => ts.flattenDiagnosticMessageText(each.messageText, '\n')).join('\n'),
      );
    }
    // Without a library, in which symbols are known, TypeScript 5.9 says a method of that name twice, as a property first.
    const text = outputText.replace(/^ +\[Symbol\.iterator\]: \(\) => .*;\n/gm, '');
    const to = join(APART, `${name}.d.ts`);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
    for (const { fileName: imported } of ts.preProcessFile(text).importedFiles) {
      if (imported.startsWith('.')) wanted.add(join(dirname(name), imported).replace(/\.js$/, ''));
    }
  }
  return entries;
}
