// SPDX-License-Identifier: Apache-2.0
/** What tells the runs of one protocol from those of another. The numbers themselves stand with the protocols. */

/** A protocol, as its runs show it. */
export interface RunKind {
  /** Its name in options, reports, errors and stored runs. */
  readonly id: string;
  /** Its mode, a byte of the Hello and of the tags: 1 to 255; 0 where it has another first message. */
  readonly mode: number;
  /** Whether a tag's hash takes in the identifier: only where the receiver may know which answer is whose. Default false. */
  readonly bindsIdentifier?: boolean;
}

/** Of a protocol, what errors name it by. */
export type NamedMode = Pick<RunKind, 'id' | 'mode'>;

/** The largest mode: it is one byte. */
export const MAX_MODE = 255;

/**
 * What the protocols of a mode are called, for an error.
 * @param own this party's protocol, whose name its mode has here
 * @param known others, of which several may have one mode
 */
export function namesOfMode(mode: number, own: NamedMode, known: readonly NamedMode[] = []): string {
  if (mode === own.mode) return own.id;
  const names = known.filter((other) => other.mode === mode).map(({ id }) => id);
  return names.length === 0 ? `a protocol of mode ${mode}` : names.join(' or ');
}
