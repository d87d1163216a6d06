// SPDX-License-Identifier: Apache-2.0
/** What package.json says of this package. */

import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** Two folders up from the source and from the built file alike. */
export const MANIFEST: URL = new URL('../../package.json', import.meta.url);

export function manifest(): Manifest {
  return JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest;
}
