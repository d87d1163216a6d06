// SPDX-License-Identifier: Apache-2.0
/**
 * A platform as data: its rule for e-mail addresses, its way of writing telephone numbers, its hash and its encoding; and
 * the steps, hashes and encodings that several platforms have. `profiles` applies them.
 */

import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToBase64, bytesToHex } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';

type Step = (text: string) => string;
type Hash = (message: Uint8Array) => Uint8Array;
type Encoding = (hash: Uint8Array) => string;

/** How a platform writes a telephone number, from E.164. */
export interface PhoneRule {
  readonly format: 'e164' | 'digits' | 'national';
  /** How many digits a number has at least and at most, the country's included; any unless given. */
  readonly digits?: readonly [least: number, most: number];
}

/** How a platform normalises and hashes. */
export interface Platform<Options = object> {
  /** As people call it. */
  readonly title: string;
  /** Where the platform says so, or who else does. */
  readonly source: string;
  /** From the raw text on, in this order. */
  readonly email: readonly Step[];
  /** Undefined where the platform publishes no rule. */
  readonly phone: PhoneRule | undefined;
  /** The names of its options; none unless given. */
  readonly options?: readonly (keyof Options & string)[];
  /** SHA-256 unless given. */
  readonly hash?: (options: Options, field: 'phone' | 'email') => Hash;
  /** Lower-case hexadecimal unless given. */
  readonly encoding?: (options: Options) => Encoding;
}

/** A platform that takes telephone numbers. */
export interface PhonePlatform<Options = object> extends Platform<Options> {
  readonly phone: PhoneRule;
}

/** A platform that publishes no rule for telephone numbers. */
export interface EmailPlatform<Options = object> extends Platform<Options> {
  readonly phone: undefined;
}

export const trim: Step = (text) => text.trim();
export const lowercase: Step = (text) => text.toLowerCase();
export const removeWhitespace: Step = (text) => text.replace(/\s/g, '');

/** In these domains dots and `+...` do not tell mailboxes apart, so the platform drops them. */
export function dropDotsAndTags(...domains: string[]): Step {
  return (text) => {
    const at = text.lastIndexOf('@');
    if (!domains.includes(text.slice(at + 1))) return text;
    const untagged = text.slice(0, at).split('+', 1)[0]!;
    return untagged.replaceAll('.', '') + text.slice(at);
  };
}

export const HASHES: Readonly<Record<'sha256' | 'sha1' | 'md5', Hash>> = { sha256, sha1, md5 };
export const ENCODINGS: Readonly<Record<'hex' | 'base64', Encoding>> = {
  hex: bytesToHex,
  base64: bytesToBase64,
};

/**
 * What an option names in a table.
 * @throws {VeilmatchError} `argument` for what is not there
 */
export function choice<T>(table: Readonly<Record<string, T>>, name: string, option: string): T {
  if (Object.hasOwn(table, name)) return table[name]!;
  throw new VeilmatchError('argument', `${option} must be one of ${Object.keys(table).join(', ')}.`);
}
