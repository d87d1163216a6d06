// SPDX-License-Identifier: Apache-2.0
/**
 * An identifier is a kind and a normalised text. Its canonical bytes, which the protocols hash, are a label and that
 * text in UTF-8 without percent-encoding: `tel:+14155550123`, `mailto:ada@example.com`. The label keeps the kinds
 * apart. This module knows no normaliser; texts come from `normalizePhone` and `normalizeEmail`.
 */

import { requireObject, requireText } from '../arguments.js';
import { concatBytes, fromUtf8, u16, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';

/**
 * `phone` and `email` are single identifiers; `composite` is all of a row's identifiers as one element; `opaque` is
 * a caller's own string, taken as it is.
 */
export type IdentifierKind = 'phone' | 'email' | 'composite' | 'opaque';

/** The version of the canonical bytes; both parties of a protocol must use the same. */
export const IDENTIFIER_FORMAT = 2;

/** What stands before the text, to keep the kinds apart. */
export const LABELS: Readonly<Record<IdentifierKind, string>> = {
  phone: 'tel:',
  email: 'mailto:',
  composite: 'all:',
  opaque: 'opaque:',
};

/** A telephone number or an e-mail address in its one spelling. */
export interface Identifier {
  /** Which of the two. */
  readonly kind: 'phone' | 'email';
  /** E.164 for a phone, the normalised address for an e-mail. */
  readonly text: string;
}

/**
 * What a set or a protocol hashes: label and text in UTF-8.
 * @throws {VeilmatchError} `argument` for a text with half of a surrogate pair
 * @example
 * ```ts
 * import { canonicalBytes } from 'veilmatch/identifiers';
 *
 * const bytes = canonicalBytes({ kind: 'phone', text: '+14155550123' });
 * console.log(new TextDecoder().decode(bytes)); // → tel:+14155550123
 * ```
 */
export function canonicalBytes(identifier: Identifier): Uint8Array {
  requireObject(identifier, 'An identifier', 'kind', 'text');
  requireText(identifier.text, 'The text of an identifier');
  return utf8(canonicalText(identifier));
}

/** Label and text. */
function canonicalText({ kind, text }: Identifier): string {
  return LABELS[kind] + text;
}

/**
 * The canonical bytes of a caller's own string.
 * @param position - of the string in the caller's list, for the error
 */
export function opaqueBytes(text: string, position?: number): Uint8Array {
  return utf8(LABELS.opaque + text, position);
}

/**
 * One element that two rows share only when they share every part: `all:` and, for each identifier, its length in
 * two bytes, big-endian, and its canonical bytes. Parts are in the order phone, e-mail.
 */
export function compositeBytes(parts: readonly Identifier[]): Uint8Array {
  const ordered = [...parts].sort((a, b) => (a.kind === b.kind ? 0 : a.kind === 'phone' ? -1 : 1));
  return concatBytes(
    utf8(LABELS.composite),
    ...ordered.map(canonicalBytes).flatMap((bytes) => [u16(bytes.length), bytes]),
  );
}

export function kindOf(canonical: Uint8Array): IdentifierKind {
  for (const kind of Object.keys(LABELS) as IdentifierKind[]) {
    const label = LABELS[kind];
    if (canonical.length >= label.length && [...label].every((c, i) => canonical[i] === c.charCodeAt(0)))
      return kind;
  }
  throw new VeilmatchError(
    'argument',
    'These bytes are no canonical identifier: they start with no known label.',
  );
}

/** The bytes behind the label: what the hashing protocols digest. */
export function unlabelled(canonical: Uint8Array): Uint8Array {
  return canonical.subarray(LABELS[kindOf(canonical)].length);
}

/** The text behind the label: what a platform hashes. A composite element has no such text. */
export function textOf(canonical: Uint8Array): string {
  return fromUtf8(unlabelled(canonical));
}
