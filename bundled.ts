// SPDX-License-Identifier: Apache-2.0
/** What the build copies from other packages into files of its own: their licences beside it, and a bill of materials. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Options } from 'tsup';
import { billOfMaterials } from './sbom.js';

export type BuildPlugin = NonNullable<Options['esbuildPlugins']>[number];

/** A package of which a built file has a part. */
export interface CarriedPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/** Built files, relative to dist, with what they carry; undefined until they are built. */
const carried = new Map<string, readonly CarriedPackage[] | undefined>();

/**
 * Writes the licences of the packages that a bundle contains beside it, and with the last bundle the bill of materials.
 * @param file the bundle, relative to dist
 * @param packages which ones, where it is no bundle but has data of theirs
 */
export function thirdParty(file: string, packages?: readonly string[]): BuildPlugin {
  carried.set(file, undefined);
  return {
    name: 'third-party',
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(({ metafile, errors }) => {
        if (errors.length > 0) return;
        const modules = Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) =>
          Object.keys(inputs).filter((path) => inputs[path]!.bytesInOutput > 0),
        );
        const folders = packages?.map((name) => `node_modules/${name}`) ?? modules.flatMap(folderOf);
        const list = [...new Set(folders)].sort().map((folder) => packageIn(folder, modules));
        writeNotices(file, list);
        carried.set(file, list);
        const all = [...carried].flatMap(([path, its]) => its?.map((one) => ({ path, ...one })) ?? []);
        if ([...carried.values()].includes(undefined)) return;
        writeFileSync(join('dist', 'sbom.cdx.json'), billOfMaterials(all));
      });
    },
  };
}

function folderOf(module: string): string[] {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module)?.slice(0, 1) ?? [];
}

/** @param modules of which the licence may be at the beginning, where the package has no file for it */
function packageIn(folder: string, modules: readonly string[]): CarriedPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    file === undefined
      ? headersOf(modules.filter((path) => path.startsWith(`${folder}/`))) || sectionOf(folder)
      : readFileSync(join(folder, file), 'utf8').trim();
  if (text === '') throw new Error(`${name} is bundled and has no licence to pass on.`);
  return { name, version, license, text };
}

/** The different licences that these files begin with. */
function headersOf(files: readonly string[]): string {
  const headers = files.map((file) => /^(?:\/\/.*\n)+/.exec(readFileSync(file, 'utf8'))?.[0] ?? '');
  return [...new Set(headers.filter((header) => header.includes('Copyright')))]
    .map((header) => header.replace(/^\/\/ ?/gm, '').trim())
    .join('\n\n');
}

/** The licence as the last section of the package's README, without the addresses of links at its end. */
function sectionOf(folder: string): string {
  const text = readFileSync(join(folder, 'README.md'), 'utf8');
  const section = text.split(/^#+ licen[cs]e$/im)[1] ?? '';
  return section.split(/^#|^\[[^\]]+\]: /m)[0]!.trim();
}

function writeNotices(file: string, packages: readonly CarriedPackage[]): void {
  const notices = packages.map(
    ({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`,
  );
  const folder = join('dist', dirname(file));
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'THIRD-PARTY-NOTICES.txt'),
    `${basename(file)} contains these packages:\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`,
  );
}
