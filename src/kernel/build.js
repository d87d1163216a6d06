// SPDX-License-Identifier: Apache-2.0
/**
 * Compiles the AssemblyScript kernels in assembly/ to *.generated.ts beside this file, which are not committed.
 * The same sources and the same compiler give the same bytes. Does nothing when the files are up to date.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { codeTable } from './bch.js';

const KERNEL = new URL('./', import.meta.url);
const ASSEMBLY = new URL('assembly/', KERNEL);

/** The two kernels differ in their field alone. */
export const FIELDS = ['fma', 'integer'];

/** What each module that the package has is compiled from. @type {Record<string, { field: string, entry?: string }>} */
export const MODULES = {
  ...Object.fromEntries(FIELDS.map((field) => [field, { field }])),
  sha512: { field: 'integer', entry: "export * from './digest';" },
  ot: { field: 'integer', entry: "export * from './ot/entry';" },
  sort: { field: 'integer', entry: "export * from './ot/sort';" },
};

const OPTIONS = ['--runtime', 'stub', '--noAssert', '--enable', 'simd', '--enable', 'relaxed-simd', '-O2'];

/**
 * @param {string} field which of `assembly/field-*.ts` stands for `assembly/field.ts`
 * @param {string} entry source of the entry file; tests export more than the package does
 * @returns {Promise<Uint8Array>} a WebAssembly module
 */
export async function compileKernel(field, entry = "export * from './kernel';", options = OPTIONS) {
  const { default: asc } = await import('assemblyscript/asc');
  const virtual = {
    'entry.ts': entry,
    'field.ts': `export * from './field-${field}';`,
    'ot/code-table.ts': codeTable(),
  };
  let binary;
  const problems = [];
  const { error } = await asc.main(['entry.ts', ...options, '--outFile', 'kernel.wasm'], {
    stdout: { write: () => true },
    stderr: { write: (text) => problems.push(text) },
    readFile: (name) => virtual[name] ?? read(new URL(name, ASSEMBLY)),
    writeFile: (name, content) => {
      if (name === 'kernel.wasm') binary = content;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`The kernel '${field}' does not compile.\n${problems.join('')}`);
  return binary;
}

function read(url) {
  return existsSync(url) ? readFileSync(url, 'utf8') : null;
}

/** Identifies everything that the output depends on. */
function fingerprint() {
  const hash = createHash('sha256');
  const compiler = createRequire(import.meta.url)('assemblyscript/package.json').version;
  hash.update(JSON.stringify([compiler, OPTIONS, MODULES, codeTable()]));
  const sources = readdirSync(ASSEMBLY, { recursive: true }).filter((name) => name.endsWith('.ts'));
  for (const name of sources.map((path) => path.replaceAll('\\', '/')).sort())
    hash.update(`${name}\0`).update(readFileSync(new URL(name, ASSEMBLY)));
  return hash.digest('hex').slice(0, 32);
}

export async function buildKernels() {
  const stamp = `// SPDX-License-Identifier: Apache-2.0
// Built from src/kernel/assembly by src/kernel/build.js. Sources: ${fingerprint()}
`;
  for (const [name, { field, entry }] of Object.entries(MODULES)) {
    const target = new URL(`${name}.generated.ts`, KERNEL);
    if (read(target)?.startsWith(stamp)) continue;
    const binary = await compileKernel(field, entry);
    const base64 = Buffer.from(binary).toString('base64');
    const text = `${stamp}/** A WebAssembly module of ${binary.length} bytes, base64. */\nexport const ${name}Module: string =\n  '${base64}';\n`;
    const temporary = new URL(`${name}.generated.ts.${process.pid}`, KERNEL);
    writeFileSync(temporary, text);
    renameSync(temporary, target);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels();
