// SPDX-License-Identifier: Apache-2.0
/** What the build copies from other packages into files of its own: their licences beside it, and a bill of materials. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
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

/** Built files, relative to dist, with what they carry. */
const carried = new Map<string, readonly CarriedPackage[]>();
/** Those that are not built yet. */
const pending = new Set<string>();

/**
 * Writes the licences of the packages that a bundle contains beside it, and with the last bundle the bill of materials.
 * @param file the bundle, relative to dist; what is loaded with it may be in parts beside it
 * @param packages which ones, where it is no bundle but has data of theirs
 */
export function thirdParty(file: string, packages?: readonly string[]): BuildPlugin {
  pending.add(file);
  return {
    name: 'third-party',
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(({ metafile, errors }) => {
        if (errors.length > 0) return;
        const found = new Map<string, readonly CarriedPackage[]>();
        if (packages !== undefined) {
          found.set(
            file,
            packages.map((name) => packageIn(`node_modules/${name}`, [])),
          );
        } else {
          for (const [output, { inputs }] of Object.entries(metafile?.outputs ?? {})) {
            const modules = Object.keys(inputs).filter((path) => inputs[path]!.bytesInOutput > 0);
            const folders = [...new Set(modules.flatMap(folderOf))].sort();
            if (folders.length === 0) continue;
            found.set(
              relative('dist', output).replaceAll('\\', '/'),
              folders.map((folder) => packageIn(folder, modules)),
            );
          }
        }
        writeNotices(file, [...found.keys()], distinct([...found.values()].flat()));
        for (const [path, list] of found) carried.set(path, list);
        pending.delete(file);
        if (pending.size > 0) return;
        const all = [...carried.keys()]
          .sort()
          .flatMap((path) => carried.get(path)!.map((one) => ({ path, ...one })));
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

function distinct(packages: readonly CarriedPackage[]): CarriedPackage[] {
  const byName = new Map(packages.map((one) => [one.name, one]));
  return [...byName.keys()].sort().map((name) => byName.get(name)!);
}

/** @param parts of the bundle, which hold the packages */
function writeNotices(file: string, parts: readonly string[], packages: readonly CarriedPackage[]): void {
  const notices = packages.map(
    ({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`,
  );
  const folder = join('dist', dirname(file));
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'THIRD-PARTY-NOTICES.txt'),
    `In ${[...parts]
      .sort()
      .map((path) => basename(path))
      .join(', ')} are these packages:\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`,
  );
}
