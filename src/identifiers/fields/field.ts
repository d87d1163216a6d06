// SPDX-License-Identifier: Apache-2.0
/**
 * What uploads take besides telephone numbers and e-mail addresses. They are for uploads alone: none becomes an identifier of a
 * set, since none stands for a person, and their hashes are read back at once: fewer than 50,000 days have passed since 1900.
 */

import type { IdentifierErrorCode } from '../../errors.js';

/** A field of a customer list that platforms take in uploads. */
export type UploadField =
  | 'firstName'
  | 'lastName'
  | 'street'
  | 'city'
  | 'state'
  | 'postalCode'
  | 'country'
  | 'birthDate'
  | 'gender'
  | 'mobileId'
  | 'externalId';

/** The fields, in the order in which files have them where a platform asks for none. */
export const UPLOAD_FIELDS: readonly UploadField[] = [
  'firstName',
  'lastName',
  'street',
  'city',
  'state',
  'postalCode',
  'country',
  'birthDate',
  'gender',
  'mobileId',
  'externalId',
];

/** In which order day and month stand where the year comes last. */
export type DateOrder = 'dmy' | 'mdy';

/** What a field is read by, besides its text. */
interface FieldContext {
  /** Of the row, in ISO 3166-1 alpha-2, where it is known. */
  readonly country: string | undefined;
  /** Where it is not given, a date that can be read both ways is refused. */
  readonly dateOrder: DateOrder | undefined;
}

/** Why a text is not taken; the same for every text, so it cannot hold one. */
export interface FieldRefusal {
  readonly code: IdentifierErrorCode;
  readonly message: string;
}

/** A part of a rule: the text that it makes of a text, or why it makes none. */
export type FieldStep = (text: string, context: FieldContext) => string | FieldRefusal;

/** A platform's rule for a field. */
export interface FieldRule {
  /** From the trimmed text on, in this order. */
  readonly steps: readonly FieldStep[];
  /** The platform takes the text itself and not its hash. */
  readonly plain?: true;
}

/** A platform's rules for the fields that it takes. */
export type FieldRules = Readonly<Partial<Record<UploadField, FieldRule>>>;

/** A longer text is none of these fields. */
const MAX_FIELD_TEXT = 256;

const EMPTY: FieldRefusal = { code: 'empty', message: 'There is nothing: the text is empty.' };
const TOO_LONG: FieldRefusal = { code: 'too-long', message: 'The text has more than 256 characters.' };
const NOTHING_LEFT: FieldRefusal = {
  code: 'not-valid',
  message: "The platform's rule leaves nothing of the text.",
};
const HASH: FieldRefusal = {
  code: 'not-valid',
  message: 'The text is a hash, and the platform takes this field in the clear.',
};

/** The text by the rule. */
export function readField(rule: FieldRule, text: string, context: FieldContext): string | FieldRefusal {
  const trimmed = text.trim();
  if (trimmed === '') return EMPTY;
  if (trimmed.length > MAX_FIELD_TEXT) return TOO_LONG;
  if (rule.plain && /^[\da-f]{64}$/i.test(trimmed)) return HASH;
  let current = trimmed;
  for (const step of rule.steps) {
    const next = step(current, context);
    if (typeof next !== 'string') return next;
    current = next;
  }
  return current === '' ? NOTHING_LEFT : current;
}

export const lower: FieldStep = (text) => text.toLowerCase();
export const withoutSpaces: FieldStep = (text) => text.replace(/\s+/g, '');
/** Punctuation in any script, and the signs of ASCII that Unicode does not count as punctuation. */
export const withoutPunctuation: FieldStep = (text) => text.replace(/[\p{P}$+<=>^`|~]+/gu, '');
/** Letters with their marks and digits, in any script. */
export const lettersAndDigits: FieldStep = (text) => text.replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
/** Behind `lower`: a to z and the digits. */
export const plainLettersAndDigits: FieldStep = (text) => text.replace(/[^a-z0-9]+/g, '');
export const digitsOnly: FieldStep = (text) => text.replace(/\D+/g, '');
