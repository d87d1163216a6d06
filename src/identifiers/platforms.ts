// SPDX-License-Identifier: Apache-2.0
/**
 * How the advertising platforms normalise and hash, as data: a platform is its rule for e-mail addresses, its way of
 * writing telephone numbers, its hash and its encoding. `profiles` applies them.
 */

import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToBase64, bytesToHex } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { nationalNumberOf } from './plans.js';
import type { Refusal } from './refusal.js';

/** What Google leaves open. */
export interface GoogleOptions {
  /** Google takes both; `hex` unless told otherwise. */
  readonly encoding?: 'hex' | 'base64' | undefined;
}

/** What LiveRamp leaves open. */
export interface LiverampOptions {
  /** For e-mail addresses; `sha256` unless told otherwise. Telephone numbers are always SHA-1. */
  readonly algorithm?: 'sha256' | 'sha1' | 'md5' | undefined;
}

/** The two ways in which X takes lists. */
export interface XOptions {
  /** X's key for partner data match, 32 bytes; tokens are HMAC-SHA-256 then, plain SHA-256 without it. */
  readonly key?: Uint8Array | undefined;
}

type Step = (text: string) => string;

const trim: Step = (text) => text.trim();
const lowercase: Step = (text) => text.toLowerCase();
const removeWhitespace: Step = (text) => text.replace(/\s/g, '');
const stripAsciiSpaces: Step = (text) => {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === ' ') start++;
  while (end > start && text[end - 1] === ' ') end--;
  return text.slice(start, end);
};
const lowercaseAscii: Step = (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const keepPlainCharacters: Step = (text) => text.replace(/[^a-z0-9.@-]/g, '');

/** In these domains dots and `+...` do not tell mailboxes apart, so the platform drops them. */
function dropDotsAndTags(...domains: string[]): Step {
  return (text) => {
    const at = text.lastIndexOf('@');
    if (!domains.includes(text.slice(at + 1))) return text;
    const untagged = text.slice(0, at).split('+', 1)[0]!;
    return untagged.replaceAll('.', '') + text.slice(at);
  };
}

/** How a platform writes a telephone number, from E.164. */
export interface PhoneRule {
  readonly format: 'e164' | 'digits' | 'national';
  /** How many digits a number has at least and at most, the country's included; any unless given. */
  readonly digits?: readonly [least: number, most: number];
}

const PHONE_FORMATS: Readonly<Record<PhoneRule['format'], (e164: string) => string>> = {
  e164: (number) => number,
  digits: (number) => number.slice(1),
  national: nationalNumberOf,
};

/** @param number - in E.164 */
export function writePhone({ format, digits = [0, Infinity] }: PhoneRule, number: string): string | Refusal {
  const [least, most] = digits;
  const count = number.length - 1;
  if (count >= least && count <= most) return PHONE_FORMATS[format](number);
  const message = `The platform takes telephone numbers of ${least} to ${most} digits only.`;
  return { code: 'not-valid', message };
}

type Hash = (message: Uint8Array) => Uint8Array;
type Encoding = (hash: Uint8Array) => string;

const ENCODINGS: Readonly<Record<'hex' | 'base64', Encoding>> = { hex: bytesToHex, base64: bytesToBase64 };
export const HASHES: Readonly<Record<'sha256' | 'sha1' | 'md5', Hash>> = { sha256, sha1, md5 };

export interface Platform<Options> {
  /** Where the platform says so. */
  readonly source: string;
  readonly email: readonly Step[];
  /** From E.164; undefined where the platform publishes no rule. */
  readonly phone?: PhoneRule;
  /** SHA-256 unless given. */
  readonly hash?: (options: Options, field: 'phone' | 'email') => Hash;
  /** Lower-case hexadecimal unless given. */
  readonly encoding?: (options: Options) => Encoding;
}

const meta: Platform<object> = {
  source:
    'https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters',
  email: [trim, lowercase],
  phone: { format: 'digits' },
};

const google: Platform<GoogleOptions> = {
  source: 'https://github.com/googleads/data-manager-node/blob/main/util/src/formatter.ts',
  email: [removeWhitespace, lowercase, dropDotsAndTags('gmail.com', 'googlemail.com')],
  phone: { format: 'e164' },
  encoding: ({ encoding = 'hex' }) => choice(ENCODINGS, encoding, 'encoding'),
};

const googleAdsCustomerMatch: Platform<object> = {
  source: 'https://developers.google.com/google-ads/api/reference/rpc/v19/UserIdentifier',
  email: [trim, lowercase],
  phone: { format: 'e164' },
};

const uid2: Platform<object> = {
  source: 'https://unifiedid.com/docs/getting-started/gs-normalization-encoding',
  email: [stripAsciiSpaces, lowercaseAscii, dropDotsAndTags('gmail.com')],
  phone: { format: 'e164', digits: [10, 15] },
  encoding: () => bytesToBase64,
};

const tradeDesk: Platform<object> = {
  ...uid2,
  source: 'https://github.com/thetradedesk/ttd-data-python',
};

const tiktok: Platform<object> = {
  source: 'https://ads.tiktok.com/help/article/5gcDeV2ckkwNVh1BedxvSJ',
  email: [removeWhitespace, lowercase],
  phone: { format: 'e164' },
};

const snap: Platform<object> = {
  source: 'https://developers.snap.com/api/marketing-api/Conversions-API/Parameters',
  email: [trim, lowercase],
  phone: { format: 'digits' },
};

/** "Lowercase" is all it says: white space stays, and makes the address one that cannot match. */
const pinterest: Platform<object> = {
  source: 'https://github.com/pinterest/api-description/blob/main/v5/openapi.yaml',
  email: [lowercase],
  phone: { format: 'digits' },
};

/** The e-mail rule is known from third-party integrations only; for telephone numbers none is published. */
const linkedin: Platform<object> = {
  source: 'third-party integrations',
  email: [lowercase],
};

const x: Platform<XOptions> = {
  source: 'https://github.com/xdevplatform/docs',
  email: [trim, lowercase],
  phone: { format: 'e164' },
  hash: ({ key }) => (key === undefined ? sha256 : partnerDataMatch(key)),
};

/** Known from third parties that quote Amazon. A "+" is lost, so `a+b@` and `ab@` become one. */
const amazon: Platform<object> = {
  source: 'third-party integrations that quote Amazon',
  email: [lowercase, keepPlainCharacters],
  phone: { format: 'digits' },
};

/** Microsoft publishes the hash alone; trimming and lower case are what every other platform agrees on. */
const microsoft: Platform<object> = {
  source: 'https://github.com/MicrosoftDocs/BingAds-docs',
  email: [trim, lowercase],
  phone: { format: 'digits' },
};

/** Files for LiveRamp in the EU may not contain hashed telephone numbers at all. */
const liveramp: Platform<LiverampOptions> = {
  source: 'https://docs.liveramp.com/connect/en/hashing-identifiers.html',
  email: [lowercase, removeWhitespace],
  phone: { format: 'national' },
  hash: ({ algorithm = 'sha256' }, field) =>
    field === 'phone' ? sha1 : choice(HASHES, algorithm, 'algorithm'),
};

function partnerDataMatch(key: Uint8Array): Hash {
  if (!(key instanceof Uint8Array) || key.length !== 32) {
    throw new VeilmatchError('argument', "X's key for partner data match must be a Uint8Array of 32 bytes.");
  }
  return (message) => hmac(sha256, key, message);
}

function choice<T>(table: Readonly<Record<string, T>>, name: string, option: string): T {
  if (Object.hasOwn(table, name)) return table[name]!;
  throw new VeilmatchError('argument', `${option} must be one of ${Object.keys(table).join(', ')}.`);
}

export interface Platforms {
  readonly meta: Platform<object>;
  readonly google: Platform<GoogleOptions>;
  readonly googleAdsCustomerMatch: Platform<object>;
  readonly uid2: Platform<object>;
  readonly tradeDesk: Platform<object>;
  readonly tiktok: Platform<object>;
  readonly snap: Platform<object>;
  readonly pinterest: Platform<object>;
  readonly linkedin: Platform<object>;
  readonly x: Platform<XOptions>;
  readonly amazon: Platform<object>;
  readonly microsoft: Platform<object>;
  readonly liveramp: Platform<LiverampOptions>;
}

export const platforms: Platforms = {
  meta,
  google,
  googleAdsCustomerMatch,
  uid2,
  tradeDesk,
  tiktok,
  snap,
  pinterest,
  linkedin,
  x,
  amazon,
  microsoft,
  liveramp,
};
