// SPDX-License-Identifier: Apache-2.0
/** What the instrumented sources count. */

interface Place {
  readonly kind: 'function' | 'branch';
  readonly file: string;
  readonly line: number;
}

export interface Probe {
  /** How often each place was reached. */
  readonly counts: Uint32Array;
  /** Places reached since this was set to zero: the measure of work here. */
  steps: number;
  /** Above it every further step throws. */
  limit: number;
  readonly places: readonly Place[];
  /** Strings in the sources, for each file. */
  readonly words: Readonly<Record<string, readonly string[]>>;
}

export const probe: Probe = (globalThis as unknown as { __probe: Probe }).__probe;

/** The places of these files and folders. @throws where one of them has none: it may have moved */
export function placesOf(sources: readonly string[]): number[] {
  const isIn = (file: string, source: string): boolean =>
    file === source || (source.endsWith('/') && file.startsWith(source));
  for (const source of sources) {
    if (!probe.places.some(({ file }) => isIn(file, source))) throw new Error(`Nothing counts in ${source}.`);
  }
  return probe.places.flatMap(({ file }, index) =>
    sources.some((source) => isIn(file, source)) ? [index] : [],
  );
}
