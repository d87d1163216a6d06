// SPDX-License-Identifier: Apache-2.0
/**
 * Tokens exactly as each advertising platform makes them. An e-mail address goes through the platform's own rule from
 * the raw text on, because a token matches only when both sides did the same; in lists, from what is left without quotes and
 * the like around it. A telephone number goes through E.164
 * first, which every platform asks for in its own words and some of their SDKs miss ("+44 (0)20 7946 0958").
 *
 * **What a token leaks:** everything. Numbers and addresses can be guessed and hashed in turn, so to anyone who tries a
 * token is the identifier itself (`veilmatch/attack` does it).
 */

import type { CountryCode } from 'libphonenumber-js/max';
import { bytesToHex, utf8 } from '../bytes.js';
import { sha256, sha256Hex } from '../sha256.js';
import { isEmailLike, readEmailCell, writtenEmail } from './email.js';
import { type DateOrder, readField, UPLOAD_FIELDS, type UploadField } from './fields/field.js';
import {
  type HowToRead,
  howToRead,
  interpretPhone,
  numberOf,
  type PhoneOptions,
  type PhoneReading,
  readPhoneCell,
  requireCountry,
} from './phone.js';
import { nationalNumberOf } from './plans.js';
import type { EmailPlatform, PhonePlatform, PhoneRule, Platform } from './platforms/platform.js';
import type { PlatformSource } from './platforms/source.js';
import * as platforms from './platforms.js';
import { EMPTY_CELL, isRefusal, orThrow, type Refusal, requireString } from './refusal.js';
import type { Field } from './row.js';
import { countryOfName } from './tables/named-countries.js';
import { MAX_EMAIL_TEXT } from './text.js';

/** What a platform's rule makes of one identifier. */
export interface PlatformToken {
  /** What was hashed. Personal data: for looking at, not for sending. */
  readonly normalized: string;
  /** The hash, encoded as the platform takes it. */
  readonly token: string;
}

/** How a field besides telephone numbers and e-mail addresses is read. */
export interface FieldOptions {
  /** Of the person: a code of two or three letters or the name. States and postal codes are written by it. */
  readonly country?: string | undefined;
  /** Of birth dates whose year stands last. Without it those that can be read both ways are refused as `ambiguous`. */
  readonly dateOrder?: DateOrder | undefined;
}

/** A platform that takes hashed e-mail addresses and telephone numbers. */
export interface PlatformProfile<Options = object> {
  /** What people call the platform. */
  readonly title: string;
  /** Where the platform publishes its rules, or who else says so: where only third parties do, their kind says it. */
  readonly sources: readonly PlatformSource[];
  /** The day by which the sources are to be read again, as YYYY-MM-DD. */
  readonly review: string;
  /**
   * By the platform's own rule, from the raw text.
   * @throws {VeilmatchError} `not-an-email` when the rule does not make an e-mail address of the text: the token could
   * never match anything; `too-long` for more than 2,048 characters
   */
  email(text: string, options?: Options): PlatformToken;
  /**
   * Through E.164.
   * @throws {VeilmatchError} as `normalizePhone`; `not-valid` also for a number that the platform does not take
   */
  phone(text: string, options?: PhoneOptions & Options): PlatformToken;
  /** Where its upload file is described (`uploadRows`); none where nobody does. */
  readonly uploadSources: readonly PlatformSource[];
  /** What the platform takes in uploads besides, by rules that it or a third party states. */
  readonly fields: readonly UploadField[];
  /**
   * Another field of an upload by the platform's own rule. Where the platform takes it in the clear, the token is the text.
   * @throws {VeilmatchError} `not-supported` for a field that the platform does not take; `not-valid` for a text that is
   * none, `ambiguous` for one that can be read in two ways, `empty`, `too-long` beyond 256 characters
   */
  field(name: UploadField, text: string, options?: FieldOptions & Options): PlatformToken;
}

/** A platform that publishes no rule for telephone numbers. */
export interface EmailProfile<Options = object> {
  /** As `PlatformProfile.title`. */
  readonly title: string;
  /** Who says how the platform treats addresses. */
  readonly sources: readonly PlatformSource[];
  /** As `PlatformProfile.review`. */
  readonly review: string;
  /** As `PlatformProfile.email`. */
  email: PlatformProfile<Options>['email'];
  /** The platform does not publish how it treats numbers. */
  phone: undefined;
  /** As `PlatformProfile.uploadSources`. */
  readonly uploadSources: readonly PlatformSource[];
  /** As `PlatformProfile.fields`. */
  readonly fields: readonly UploadField[];
  /** As `PlatformProfile.field`. */
  field: PlatformProfile<Options>['field'];
}

/** The platforms, by the names of their lines in `platforms`. */
export type ProfileName = keyof typeof platforms;

/** The platforms' rules, by name. */
export type Profiles = {
  readonly [Name in ProfileName]: (typeof platforms)[Name] extends PhonePlatform<infer Options>
    ? PlatformProfile<Options>
    : (typeof platforms)[Name] extends EmailPlatform<infer Options>
      ? EmailProfile<Options>
      : never;
};

/** The options that this platform's tokens have, besides a country for telephone numbers. */
export type ProfileOptions<Name extends ProfileName> = Profiles[Name] extends {
  email(text: string, options?: infer Options): PlatformToken;
}
  ? Options
  : never;

const NOT_AN_EMAIL: Refusal = {
  code: 'not-an-email',
  message:
    "The platform's own rule does not make an e-mail address of the text, so its token could never match. " +
    'Clean the address first: normalizeEmail removes invisible characters, display names and white space.',
};
const NOT_SUPPORTED: Refusal = {
  code: 'not-supported',
  message: 'The platform publishes no rule for telephone numbers.',
};
const NO_SUCH_FIELD: Refusal = {
  code: 'not-supported',
  message: 'The platform does not take this field, or nobody states how it treats it.',
};
const TOO_LONG: Refusal = {
  code: 'too-long',
  message: 'The text has more than 2,048 characters, and is no e-mail address by any rule.',
};

/** The e-mail address as the platform hashes it. */
function emailFor(platform: Platform<never>, text: string): string | Refusal {
  const { length } = text.trim();
  if (length === 0) return EMPTY_CELL;
  if (length > MAX_EMAIL_TEXT) return TOO_LONG;
  const normalized = platform.email.reduce((current, step) => step(current), text);
  return isEmailLike(normalized, text) ? normalized : NOT_AN_EMAIL;
}

/**
 * As `emailFor`, of a cell of a list: what stands around an address is none of the platform's business, and an address written
 * for want of one is nobody's. What only the platform's own rule makes an address is left to it.
 */
function emailInCell(platform: Platform<never>, cell: string): string | Refusal {
  const written = writtenEmail(cell);
  if (!isRefusal(written)) return emailFor(platform, written);
  const isNobodys = written.code === 'placeholder' || written.code === 'several';
  return isNobodys ? written : emailFor(platform, cell);
}

/** As `readEmailCell`, as the platform hashes it. */
export function emailCellFor(
  platform: Platform<never>,
  cell: string,
): string | Refusal | readonly (string | Refusal)[] {
  return readEmailCell(cell, (text) => emailInCell(platform, text));
}

/**
 * The telephone number as the platform hashes it. What its customer wrote with the country code goes to it as it was
 * written, be it in no plan: platforms publish such numbers as their examples.
 */
function phoneFor(
  platform: Platform<never>,
  text: string,
  country: CountryCode | undefined,
  how: HowToRead,
): PhoneReading {
  if (platform.phone === undefined) return text.trim() === '' ? EMPTY_CELL : NOT_SUPPORTED;
  const reading = interpretPhone(text, country, { ...how, asGiven: true });
  return writeReading(platform, reading);
}

/** As `readPhoneCell`, as the platform hashes it. */
export function phoneCellFor(
  platform: Platform<never>,
  cell: string,
  country: CountryCode | undefined,
  how: HowToRead,
): PhoneReading | readonly PhoneReading[] {
  if (platform.phone === undefined) return cell.trim() === '' ? EMPTY_CELL : NOT_SUPPORTED;
  const readings = readPhoneCell(cell, country, { ...how, asGiven: true });
  return Array.isArray(readings)
    ? readings.map((each) => writeReading(platform, each))
    : writeReading(platform, readings as PhoneReading);
}

function writeReading({ phone }: Platform<never>, reading: PhoneReading): PhoneReading {
  const number = numberOf(reading);
  if (phone === undefined || typeof number !== 'string') return number;
  const written = writePhone(phone, number);
  if (typeof written !== 'string' || typeof reading === 'string') return written;
  return { ...reading, number: written };
}

/** Another field as the platform hashes it, or takes it in the clear. */
function fieldFor(
  platform: Platform<never>,
  name: UploadField,
  text: string,
  { country, dateOrder }: FieldOptions,
): string | Refusal {
  const { fields = {} } = platform;
  const rule = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (rule === undefined) return text.trim() === '' ? EMPTY_CELL : NO_SUCH_FIELD;
  return readField(rule, text, {
    country: country === undefined ? undefined : countryOfName(country),
    dateOrder,
  });
}

/** @throws {VeilmatchError} `argument` for an option that the platform does not know */
export function tokenOf<Options>(
  platform: Platform<Options>,
  normalized: string,
  field: Field | UploadField,
  options: Options,
): string {
  if (field !== 'phone' && field !== 'email' && platform.fields?.[field]?.plain) return normalized;
  const hash = platform.hash?.(options, field) ?? sha256;
  const encode = platform.encoding?.(options) ?? bytesToHex;
  // Nearly all platforms do this, and it is one step.
  return hash === sha256 && encode === bytesToHex ? sha256Hex(normalized) : encode(hash(utf8(normalized)));
}

const PHONE_FORMATS: Readonly<Record<PhoneRule['format'], (e164: string) => string>> = {
  e164: (number) => number,
  digits: (number) => number.slice(1),
  national: nationalNumberOf,
};

/** @param number - in E.164 */
function withoutZero(number: string): string {
  const national = nationalNumberOf(number);
  return national.startsWith('0') ? number.slice(0, -national.length) + national.slice(1) : number;
}

/** @param number - in E.164 */
function writePhone(rule: PhoneRule, number: string): string | Refusal {
  const { format, digits = [0, Infinity], dropsZero } = rule;
  const [least, most] = digits;
  const written = PHONE_FORMATS[format](dropsZero ? withoutZero(number) : number);
  const count = written.length - (format === 'e164' ? 1 : 0);
  if (count >= least && count <= most) return written;
  const lengths = least === most ? `${least}` : `${least} to ${most}`;
  return { code: 'not-valid', message: `The platform takes telephone numbers of ${lengths} digits only.` };
}

const frozen = (sources: readonly PlatformSource[]): readonly PlatformSource[] =>
  Object.freeze(sources.map((source) => Object.freeze({ ...source })));

function profileOf<Options extends object>(
  platform: Platform<Options>,
): PlatformProfile<Options> | EmailProfile<Options> {
  const { title, review } = platform;
  const sources = frozen(platform.sources);
  const uploadSources = frozen(platform.upload?.sources ?? []);
  const finish = (reading: string | Refusal, field: Field | UploadField, options: Options): PlatformToken => {
    const normalized = orThrow(reading, field);
    return { normalized, token: tokenOf(platform, normalized, field, options) };
  };
  const email = (text: string, options?: Options): PlatformToken => {
    requireString(text, 'email');
    return finish(emailFor(platform, text), 'email', options ?? ({} as Options));
  };
  const fields = Object.freeze(UPLOAD_FIELDS.filter((name) => platform.fields?.[name] !== undefined));
  const field = (name: UploadField, text: string, options?: FieldOptions & Options): PlatformToken => {
    requireString(text, 'field');
    const own = options ?? ({} as FieldOptions & Options);
    return finish(fieldFor(platform, name, text, own), name, own);
  };
  if (platform.phone === undefined)
    return Object.freeze({ title, sources, uploadSources, review, email, phone: undefined, fields, field });
  const phone = (text: string, options?: PhoneOptions & Options): PlatformToken => {
    requireString(text, 'phone');
    const own = options ?? ({} as PhoneOptions & Options);
    const reading = phoneFor(platform, text, requireCountry(own.country), howToRead(own));
    return finish(numberOf(reading), 'phone', own);
  };
  return Object.freeze({ title, sources, uploadSources, review, email, phone, fields, field });
}

const PLATFORMS: ReadonlyMap<string, Platform<never>> = new Map(Object.entries(platforms));

/** The names of the platforms. */
export const PROFILE_NAMES: readonly ProfileName[] = [...PLATFORMS.keys()] as ProfileName[];

/** Undefined for a name that no platform has. */
export function platformNamed(name: string): Platform<object> | undefined {
  return PLATFORMS.get(name) as Platform<object> | undefined;
}

/** The platforms' rules, by name. */
export const profiles: Profiles = Object.freeze(
  Object.fromEntries([...PLATFORMS].map(([name, platform]) => [name, profileOf(platform)])),
) as Profiles;
