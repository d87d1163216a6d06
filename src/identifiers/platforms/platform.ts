// SPDX-License-Identifier: Apache-2.0
/**
 * A platform as data: its rule for e-mail addresses, its way of writing telephone numbers, its hash and its encoding; and
 * the steps, hashes and encodings that several platforms have. `profiles` applies them.
 */

import { md5, sha1 } from '@noble/hashes/legacy.js';
import { bytesToBase64, bytesToHex } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { sha256 } from '../../sha256.js';
import type { FieldRules, UploadField } from '../fields/field.js';
import type { PlatformSource } from './source.js';
import type { Upload } from './upload.js';

type Step = (text: string) => string;
export type Hash = (message: Uint8Array) => Uint8Array;
type Encoding = (hash: Uint8Array) => string;

/** How a platform writes a telephone number, from E.164. */
export interface PhoneRule {
  readonly format: 'e164' | 'digits' | 'national';
  /** How many digits are written at least and at most; any unless given. */
  readonly digits?: readonly [least: number, most: number];
  /** One zero at the beginning of the national number is left out, even where it belongs to the number, as in Italy. */
  readonly dropsZero?: true;
}

/** How a platform normalises and hashes. */
export interface Platform<Options = object> {
  /** As people call it. */
  readonly title: string;
  /** Where the platform says so, or who else does; what is above others where they contradict it. */
  readonly sources: readonly [PlatformSource, ...PlatformSource[]];
  /** The day by which the sources are to be read again, as YYYY-MM-DD: platforms change their rules without a word. */
  readonly review: string;
  /** From the raw text on, in this order. */
  readonly email: readonly Step[];
  /** Undefined where the platform publishes no rule. */
  readonly phone: PhoneRule | undefined;
  /** What it takes besides, by its own rules; nothing unless given. */
  readonly fields?: FieldRules;
  /** The file that its upload takes, if somebody says so. */
  readonly upload?: Upload;
  /** The names of its options; none unless given. */
  readonly options?: readonly (keyof Options & string)[];
  /** SHA-256 unless given. */
  readonly hash?: (options: Options, field: 'phone' | 'email' | UploadField) => Hash;
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

/** What stands around an address, or between several, and in none. */
const AROUND = /[,;:<>()[\]"\\]/;

/** For steps that drop characters: of a name and an address, or of two addresses, they would make one of nobody's. */
export function unlessMore(step: Step): Step {
  return (text) => (AROUND.test(text) ? text : step(text));
}

/** A step on what stands before the @ alone; a text without one, or with several, is left as it is. */
export function onLocalPart(step: Step, domains?: readonly string[]): Step {
  return (text) => {
    const at = text.indexOf('@');
    if (at < 0 || text.includes('@', at + 1)) return text;
    if (domains && !domains.includes(text.slice(at + 1))) return text;
    return step(text.slice(0, at)) + text.slice(at);
  };
}

export const dropTag: Step = (local) => local.split('+', 1)[0]!;
export const dropDots: Step = (local) => local.replaceAll('.', '');

/** In these domains dots and `+...` do not tell mailboxes apart, so the platform drops them. */
export function dropDotsAndTags(...domains: string[]): Step {
  return onLocalPart((local) => dropDots(dropTag(local)), domains);
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
