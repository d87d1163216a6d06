// SPDX-License-Identifier: Apache-2.0
/**
 * The bill of materials of the published package, in CycloneDX's JSON: its dependencies, and the packages that built files
 * carry with them, which no dependency names. Two builds of one commit give the same bytes, so it has neither the serial
 * number nor the time that `npm sbom` puts in.
 *
 * Format: https://cyclonedx.org/docs/1.5/json/
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly properties?: readonly { readonly name: string }[];
  readonly [field: string]: unknown;
}

interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly version: number;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** A package that a built file has a part of. */
interface Part {
  readonly name: string;
  readonly version: string;
  /** The built file, relative to dist. */
  readonly path: string;
}

/** @param parts what built files carry */
export function billOfMaterials(parts: readonly Part[]): string {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const bill = lockedPackages();
  const self = bill.metadata.component['bom-ref'];
  const direct = new Set(Object.keys(manifest.dependencies));
  const needed = reached(
    bill,
    bill.dependencies.find(({ ref }) => ref === self)?.dependsOn?.filter((ref) => direct.has(nameIn(ref))) ??
      [],
  );
  const files = new Map<string, string[]>();
  for (const { name, version, path } of parts) {
    const ref = `${name}@${version}`;
    if (!bill.components.some((component) => component['bom-ref'] === ref)) {
      throw new Error(`${ref} is bundled, and package-lock.json does not know it. Install with npm ci.`);
    }
    files.set(ref, [...(files.get(ref) ?? []), `dist/${path}`]);
  }
  const refs = [...new Set([...needed, ...files.keys()])].sort();
  const edges = (ref: string): string[] =>
    bill.dependencies.find((entry) => entry.ref === ref)?.dependsOn?.filter((to) => refs.includes(to)) ?? [];
  const whole = {
    bomFormat: bill.bomFormat,
    specVersion: bill.specVersion,
    version: 1,
    metadata: { component: { ...bill.metadata.component, name: manifest.name } },
    components: refs.map((ref) => {
      const component = bill.components.find((one) => one['bom-ref'] === ref)!;
      // What is shipped is nobody's devDependency any more.
      const properties = component.properties?.filter(({ name }) => name !== 'cdx:npm:package:development');
      const occurrences = files
        .get(ref)
        ?.sort()
        .map((location) => ({ location }));
      return {
        ...component,
        scope: 'required',
        properties,
        ...(occurrences && { evidence: { occurrences } }),
      };
    }),
    dependencies: [
      { ref: self, dependsOn: refs.filter((ref) => files.has(ref) || direct.has(nameIn(ref))) },
      ...refs.map((ref) => ({ ref, dependsOn: edges(ref).sort() })),
    ],
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

/** All that package-lock.json names, as npm lists it; this asks no registry. */
function lockedPackages(): Bill {
  const options = ['--sbom-format=cyclonedx', '--package-lock-only', '--include=dev', '--include=peer'];
  const text = execFileSync('npm', ['sbom', ...options], {
    encoding: 'utf8',
    // npm is a script of the shell on Windows.
    shell: process.platform === 'win32',
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(text);
}

/** These packages, and what they depend on, and so on. */
function reached({ dependencies }: Bill, first: readonly string[]): Set<string> {
  const found = new Set(first);
  // A set gives what is added while it is gone through.
  for (const ref of found) {
    for (const next of dependencies.find((entry) => entry.ref === ref)?.dependsOn ?? []) found.add(next);
  }
  return found;
}

/** `@noble/curves` of `@noble/curves@2.4.0`. */
function nameIn(ref: string): string {
  return ref.slice(0, ref.lastIndexOf('@'));
}
