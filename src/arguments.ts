// SPDX-License-Identifier: Apache-2.0
/**
 * What a public function checks of its arguments before it touches them, so that a caller without types hears what is
 * wrong in this package's words and by its code. Once for each call, never for each row.
 *
 * All of them throw a `VeilmatchError` with code `argument`. No value is repeated: it may be anything, in the wrong place.
 */

import { VeilmatchError } from './errors.js';

/** @param members that the object must have */
export function requireObject(value: unknown, what: string, ...members: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(what, 'an object', value);
  for (const member of members) {
    if ((value as Record<string, unknown>)[member] !== undefined) continue;
    throw new VeilmatchError(
      'argument',
      `${what} must be an object with ${members.join(', ')}; it has no ${member}.`,
    );
  }
}

/** @param methods - that the object must have */
export function requireMethods(value: unknown, what: string, ...methods: readonly string[]): void {
  requireObject(value, what);
  for (const method of methods)
    requireFunction((value as Record<string, unknown>)[method], `${what}'s ${method}`);
}

/** All names that options may have: an object, so that the compiler finds one that is missing. */
export type OptionNames<Options> = { readonly [Name in keyof Required<Options>]: true };

/**
 * Options that may be left away: default parameters make {} of nothing.
 * @param names that they may have. A name that is mistyped would be a default that nobody wanted; left out: whatever they have
 */
export function requireOptions(value: unknown, names?: Readonly<Record<string, true>>): void {
  requireObject(value, 'The options');
  if (names === undefined) return;
  const unknown = Object.keys(value as object).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  const known = Object.keys(names);
  // A name of letters is no identifier of anybody; anything else is not repeated.
  const isName = /^[a-z]{1,30}$/i.test(unknown);
  const which = isName ? ` There is no ${unknown}; is ${nearest(unknown, known)} meant?` : '';
  throw new VeilmatchError('argument', `The options may have ${known.join(', ')}, and nothing else.${which}`);
}

/** The one that begins like it for longest, whatever the case. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const shared = (other: string): number => {
    let length = 0;
    while (length < name.length && name[length]!.toLowerCase() === other[length]?.toLowerCase()) length++;
    return length;
  };
  return known.toSorted((a, b) => shared(b) - shared(a))[0];
}

/** Something that does group operations. */
export function requireBackend(value: unknown): void {
  requireObject(value, 'The backend', 'multiply', 'multiplyBase', 'hashAndMultiply');
}

/** Options of which the backend is not optional. @param names - as of `requireOptions` */
export function requireOptionsWithBackend(value: unknown, names?: Readonly<Record<string, true>>): void {
  requireOptions(value, names);
  requireBackend((value as { readonly backend?: unknown }).backend);
}

/** An `AbortSignal`, by what it has; or none. */
export function requireSignal(value: unknown): void {
  if (value !== undefined) requireMethods(value, 'The signal', 'addEventListener', 'removeEventListener');
}

/** What `identifiersFromRows` resolves to is taken for the set in it. */
export function refuseRowsResult(value: unknown, what = 'The set'): void {
  if (typeof value !== 'object' || value === null || !('set' in value && 'rejected' in value)) return;
  throw new VeilmatchError(
    'argument',
    `${what} is what identifiersFromRows gives, the rejected rows beside it. Pass its .set.`,
  );
}

/** An `IdentifierSet`, by what it has: two copies of the package may meet. */
export function requireSet(value: unknown, what = 'The set'): void {
  refuseRowsResult(value, what);
  requireObject(value, what, 'elements', 'kinds', 'rowsOf', 'rowCount');
}

export function requireBytes(value: unknown, what: string): void {
  if (!(value instanceof Uint8Array)) throw wrong(what, 'a Uint8Array', value);
}

export function requireText(value: unknown, what: string): void {
  if (typeof value !== 'string') throw wrong(what, 'a string', value);
}

/** A path may be any text but none: what is put together with it would lie in the root of the system. */
export function requirePath(value: unknown, what: string): void {
  requireText(value, what);
  if (value === '') throw new VeilmatchError('argument', `${what} is empty. Name a file or a folder.`);
}

export function requireNumber(value: unknown, what: string): void {
  if (typeof value !== 'number') throw wrong(what, 'a number', value);
}

/** Of bytes, elements and the like. */
export function requireCount(value: unknown, what: string): void {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return;
  throw new VeilmatchError('argument', `${what} must be a whole number from 0.`);
}

export function requireFunction(value: unknown, what: string): void {
  if (typeof value !== 'function') throw wrong(what, 'a function', value);
}

/** Options that are there to be called, each a function or nothing. */
export function requireCallbacks(options: object, ...names: readonly string[]): void {
  for (const name of names) {
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined) requireFunction(value, `The option ${name}`);
  }
}

export function requireArray(value: unknown, what: string): void {
  if (!Array.isArray(value)) throw wrong(what, 'an array', value);
}

/** @param what - is said of each, with its place */
export function requireTexts(value: unknown, what: string): void {
  requireArray(value, what);
  for (const [place, text] of (value as readonly unknown[]).entries()) requireText(text, `${what}: ${place}`);
}

/** A string is no list, though its characters can be gone through. */
export function requireIterable(value: unknown, what: string): void {
  if (
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
    return;
  throw wrong(what, 'a list: an array or another iterable', value);
}

function wrong(what: string, wanted: string, value: unknown): VeilmatchError {
  const given = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  return new VeilmatchError('argument', `${what} must be ${wanted}; this is ${given}.`);
}

/** @param what - is said of an Ed25519 private key */
export function requireSigningKey(value: unknown, what = 'The signing key'): void {
  requireBytes(value, what);
  if ((value as Uint8Array).length !== 32) {
    throw new VeilmatchError('argument', `${what} must be an Ed25519 private key, which has 32 bytes.`);
  }
}
