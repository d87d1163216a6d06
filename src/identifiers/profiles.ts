// SPDX-License-Identifier: Apache-2.0
/**
 * Tokens exactly as each advertising platform makes them. An e-mail address goes through the platform's own rule from
 * the raw text on, because a token matches only when both sides did the same. A telephone number goes through E.164
 * first, which every platform asks for in its own words and some of their SDKs miss ("+44 (0)20 7946 0958").
 *
 * **What a token leaks:** everything. Numbers and addresses can be guessed and hashed in turn, so to anyone who tries a
 * token is the identifier itself (`veilmatch/attack` does it).
 */

import { sha256 } from '@noble/hashes/sha2.js';
import type { CountryCode } from 'libphonenumber-js/max';
import { bytesToHex, utf8 } from '../bytes.js';
import { isEmailLike } from './email.js';
import { type PhoneOptions, readPhone, requireCountry } from './phone.js';
import {
  type GoogleOptions,
  type LiverampOptions,
  type Platform,
  platforms,
  writePhone,
  type XOptions,
} from './platforms.js';
import { orThrow, type Refusal, requireString } from './refusal.js';
import { MAX_EMAIL_TEXT } from './text.js';

/** What a platform's rule makes of one identifier. */
export interface PlatformToken {
  /** What was hashed. Personal data: for looking at, not for sending. */
  readonly normalized: string;
  /** The hash, encoded as the platform takes it. */
  readonly token: string;
}

/** A platform that takes hashed e-mail addresses and telephone numbers. */
export interface PlatformProfile<Options = object> {
  /** Where the platform publishes its rules, or who else says so. */
  readonly source: string;
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
}

/** A platform that publishes no rule for telephone numbers. */
export interface EmailProfile<Options = object> {
  /** Who says how the platform treats addresses. */
  readonly source: string;
  /** As `PlatformProfile.email`. */
  email: PlatformProfile<Options>['email'];
  /** The platform does not publish how it treats numbers. */
  phone: undefined;
}

/** The platforms' rules, by name. */
export interface Profiles {
  /** Meta: Custom Audiences and the Conversions API. */
  readonly meta: PlatformProfile;
  /** Google: Data Manager and enhanced conversions. */
  readonly google: PlatformProfile<GoogleOptions>;
  /** Google Ads: Customer Match. */
  readonly googleAdsCustomerMatch: PlatformProfile;
  /** Unified ID 2.0 and European Unified ID. */
  readonly uid2: PlatformProfile;
  /** The Trade Desk: as UID2. */
  readonly tradeDesk: PlatformProfile;
  /** TikTok. */
  readonly tiktok: PlatformProfile;
  /** Snap. */
  readonly snap: PlatformProfile;
  /** Pinterest: "lowercase" is all it says of addresses. */
  readonly pinterest: PlatformProfile;
  /** LinkedIn, by what third-party integrations do. */
  readonly linkedin: EmailProfile;
  /** X: audiences and web conversions, and with a key partner data match. */
  readonly x: PlatformProfile<XOptions>;
  /** Amazon Ads, by third parties that quote it; `+` is lost. */
  readonly amazon: PlatformProfile;
  /** Microsoft Ads, which publishes the hash alone. */
  readonly microsoft: PlatformProfile;
  /** LiveRamp: telephone numbers as SHA-1 of the national number. */
  readonly liveramp: PlatformProfile<LiverampOptions>;
}

/** The platforms. */
export type ProfileName = keyof Profiles;

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
const TOO_LONG: Refusal = {
  code: 'too-long',
  message: 'The text has more than 2,048 characters, and is no e-mail address by any rule.',
};
const EMPTY: Refusal = { code: 'empty', message: 'There is no identifier: the text is empty.' };

/** The e-mail address as the platform hashes it. */
export function emailFor(platform: Platform<never>, text: string): string | Refusal {
  const { length } = text.trim();
  if (length === 0) return EMPTY;
  if (length > MAX_EMAIL_TEXT) return TOO_LONG;
  const normalized = platform.email.reduce((current, step) => step(current), text);
  return isEmailLike(normalized) ? normalized : NOT_AN_EMAIL;
}

/** The telephone number as the platform hashes it. */
export function phoneFor(
  platform: Platform<never>,
  text: string,
  country: CountryCode | undefined,
  strict: boolean,
): string | Refusal {
  if (platform.phone === undefined) return text.trim() === '' ? EMPTY : NOT_SUPPORTED;
  const number = readPhone(text, country, strict);
  return typeof number === 'string' ? writePhone(platform.phone, number) : number;
}

/** @throws {VeilmatchError} `argument` for an option that the platform does not know */
export function tokenOf<Options>(
  platform: Platform<Options>,
  normalized: string,
  field: 'phone' | 'email',
  options: Options,
): string {
  const hash = platform.hash?.(options, field) ?? sha256;
  const encode = platform.encoding?.(options) ?? bytesToHex;
  return encode(hash(utf8(normalized)));
}

function withPhone<Options extends object>(platform: Platform<Options>): PlatformProfile<Options> {
  const read = (text: string, { country, strict = false }: PhoneOptions): string | Refusal =>
    phoneFor(platform, text, requireCountry(country), strict);
  return Object.freeze({
    ...emailOnly(platform),
    phone(text: string, options?: PhoneOptions & Options) {
      requireString(text, 'phone');
      const normalized = orThrow(read(text, options ?? {}), 'phone');
      return { normalized, token: tokenOf(platform, normalized, 'phone', (options ?? {}) as Options) };
    },
  });
}

function emailOnly<Options extends object>(platform: Platform<Options>): EmailProfile<Options> {
  return Object.freeze({
    source: platform.source,
    email(text: string, options?: Options) {
      requireString(text, 'email');
      const normalized = orThrow(emailFor(platform, text), 'email');
      return { normalized, token: tokenOf(platform, normalized, 'email', options ?? ({} as Options)) };
    },
    phone: undefined,
  });
}

/** The platforms' rules, by name. */
export const profiles: Profiles = Object.freeze({
  meta: withPhone(platforms.meta),
  google: withPhone(platforms.google),
  googleAdsCustomerMatch: withPhone(platforms.googleAdsCustomerMatch),
  uid2: withPhone(platforms.uid2),
  tradeDesk: withPhone(platforms.tradeDesk),
  tiktok: withPhone(platforms.tiktok),
  snap: withPhone(platforms.snap),
  pinterest: withPhone(platforms.pinterest),
  linkedin: emailOnly(platforms.linkedin),
  x: withPhone(platforms.x),
  amazon: withPhone(platforms.amazon),
  microsoft: withPhone(platforms.microsoft),
  liveramp: withPhone(platforms.liveramp),
});
