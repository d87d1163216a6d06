// SPDX-License-Identifier: Apache-2.0
/**
 * E-mail addresses in one spelling: lower case, local part in NFC, domain in ASCII.
 *
 * What is valid is the rule of HTML's `<input type=email>` (https://html.spec.whatwg.org/#valid-e-mail-address), the
 * one that sign-up forms applied when the lists were filled, its local part extended by the non-ASCII characters of
 * RFC 6531, section 3.3. Lengths are those of RFC 5321, section 4.5.3.1; with a name or header fields around it a text has 2,048 characters at most. Dots and `+tags` stay: they tell mailboxes
 * apart everywhere but at some providers, and the platforms disagree about those (see `profiles`).
 */

import { asciiDomain } from './idna.js';
import { isPlaceholderAddress, LONGEST_FILLER, standsForNothing } from './placeholders.js';
import { orThrow, type Refusal, requireString } from './refusal.js';
import { LOCAL_PART } from './tables/characters-table.js';
import { PointSet } from './tables/point-set.js';
import {
  arrayIn,
  isInvisible,
  MAX_EMAIL_TEXT,
  NOT_ASCII,
  QUOTES,
  SPACES,
  withoutEnds,
  withoutInvisibles,
  withoutInvisiblesButJoiners,
} from './text.js';

const REFUSED = {
  empty: { code: 'empty', message: 'There is no e-mail address: the text is empty.' },
  notAnEmail: {
    code: 'not-an-email',
    message:
      'The text is not one e-mail address. Give name@domain, mailto:name@domain, or Name <name@domain>.',
  },
  tooLong: {
    code: 'too-long',
    message:
      'The e-mail address is longer than RFC 5321 allows: 64 octets before the @, 255 after it, 254 in all; or the text that holds it has more than 2,048 characters.',
  },
  badDomain: {
    code: 'bad-domain',
    message: 'The domain of the e-mail address is not one that DNS could hold, nor can be mapped to one.',
  },
  placeholder: {
    code: 'placeholder',
    message:
      'The address is one that people write for want of one: it would make strangers one person. Leave the cell empty.',
  },
  several: {
    code: 'several',
    message:
      'The text holds several e-mail addresses. Give each a row, or a cell of its own; rows of a list may hold several.',
  },
} as const satisfies Record<string, Refusal>;

/**
 * UTF-8 that was read as Latin-1 or windows-1252 (`Ã¼` for `ü`): a letter with an accent, and behind it a sign that stands in no
 * name. What it was cannot be known for sure: the damage may have been done twice.
 */
const MISREAD =
  /[\u00c2-\u00f4](?:[\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf]|[\u0192\u02c6\u02dc\u2013-\u2014\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122])/;
/** The HTML rule's domain, in lower case. */
const DOMAIN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/**
 * The HTML rule's local part, and RFC 6531's characters without separators, controls, halves of surrogate pairs and what is no
 * character: U+FFFD stands where an earlier program could not read one, and which one is lost. What the table's version of Unicode
 * does not have is none either: runtimes that know it would make something else of it.
 */
function isLocalPart(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (CLASSES[unit] === 0) return false;
      continue;
    }
    const point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    if (!beyondAscii().has(point)) return false;
  }
  return text !== '';
}

/** Whether there is a character that the table's version of Unicode does not have. */
function hasNewer(text: string): boolean {
  return [...text].some((character) => {
    const point = character.codePointAt(0)!;
    return point >= 0x80 && !beyondAscii().has(point) && !isInvisible(point) && !OLD.test(character);
  });
}

/** What there is besides and no version changes. */
const OLD = /[\p{Z}\p{Cc}\ufffc\ufffd]/u;

let unpacked: PointSet | undefined;

/** Unpacked for the first local part outside ASCII. */
function beyondAscii(): PointSet {
  unpacked ??= new PointSet(LOCAL_PART);
  return unpacked;
}

/** Labels in any script, emoji among them, joined by dots. */
const UNICODE_DOMAIN =
  /^(?:[a-z0-9-]|[^\0-\x7f\p{Z}\p{Cc}\p{Cs}])+(?:\.(?:[a-z0-9-]|[^\0-\x7f\p{Z}\p{Cc}\p{Cs}])+)*$/iu;

/**
 * An e-mail address in its one spelling.
 * @returns the address in lower case, local part in NFC, domain in ASCII (UTS 46); a fixed point of this function
 * @throws {VeilmatchError} `empty`, `not-an-email`, `bad-domain`, `too-long`; `argument` for anything but a string
 * @example
 * ```ts
 * import { normalizeEmail } from 'veilmatch/identifiers';
 *
 * console.log(normalizeEmail(' Ada@Example.COM ')); // → ada@example.com
 * ```
 */
export function normalizeEmail(text: string): string {
  requireString(text, 'email');
  return orThrow(readEmail(text), 'email');
}

/** `normalizeEmail` without exceptions. */
export function readEmail(text: string): string | Refusal {
  // Nearly all are plain as they stand.
  const plain = plainAddress(text);
  if (plain !== undefined) return isPlaceholder(plain) ? REFUSED.placeholder : plain;
  const cleaned = withoutInvisiblesButJoiners(text);
  if (cleaned.length > MAX_EMAIL_TEXT) return REFUSED.tooLong;
  const clean = cleaned === text ? undefined : plainAddress(cleaned);
  if (clean === undefined) return readFully(cleaned);
  return isPlaceholder(clean) ? REFUSED.placeholder : clean;
}

const [LOWER, UPPER, SIGN, HYPHEN] = [1, 2, 3, 4];
/** What a character is that may stand in a plain address, the @ and dots left away. */
const CLASSES = new Uint8Array(128);
for (const c of 'abcdefghijklmnopqrstuvwxyz0123456789') CLASSES[c.charCodeAt(0)] = LOWER;
for (const c of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') CLASSES[c.charCodeAt(0)] = UPPER;
for (const c of "!#$%&'*+/=?^_`{|}~.") CLASSES[c.charCodeAt(0)] = SIGN;
CLASSES[0x2d] = HYPHEN;
const DOT = 0x2e;
const AT = 0x40;
const APOSTROPHE = 0x27;
const BACKTICK = 0x60;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const MAX_LOCAL = 64;
const MAX_LABEL = 63;
const MAX_ADDRESS = 254;

/**
 * An ASCII address and nothing else, by the HTML rule, in lower case. One look at each character: lists have millions of
 * addresses, and an expression takes several times as long. An apostrophe or a grave accent before it
 * is a quote, a slash is left of `mailto://`, an equals sign of a spreadsheet.
 */
export function plainAddress(text: string): string | undefined {
  const { length } = text;
  if (length > MAX_ADDRESS) return undefined;
  const first = text.charCodeAt(0);
  if (first === APOSTROPHE || first === BACKTICK || first === SLASH || first === EQUALS) return undefined;
  let upper = false;
  let at = 0;
  for (; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === AT) break;
    const kind = unit < 128 ? CLASSES[unit]! : 0;
    if (kind === 0) return undefined;
    if (kind === UPPER) upper = true;
  }
  if (at === 0 || at > MAX_LOCAL) return undefined;
  let label = at + 1;
  let before = HYPHEN;
  for (let i = label; i < length; i++) {
    const unit = text.charCodeAt(i);
    const kind = unit < 128 ? CLASSES[unit]! : 0;
    if (unit === DOT) {
      if (before === HYPHEN || i - label > MAX_LABEL) return undefined;
      label = i + 1;
      // A label begins as it ends, with a letter or a digit.
      before = HYPHEN;
      continue;
    }
    if (kind === 0 || kind === SIGN || (kind === HYPHEN && i === label)) return undefined;
    if (kind === UPPER) upper = true;
    before = kind;
  }
  if (before === HYPHEN || length - label > MAX_LABEL) return undefined;
  return upper ? text.toLowerCase() : text;
}

/**
 * The address in a text, as it is written there but for what stands around it and what nobody sees: for rules that fold it
 * themselves.
 */
export function writtenEmail(text: string): string | Refusal {
  // Nearly all are plain as they stand.
  const plain = plainAddress(text);
  if (plain !== undefined) return isPlaceholder(plain) ? REFUSED.placeholder : text;
  const reading = readEmail(text);
  if (typeof reading !== 'string') return reading;
  const cleaned = withoutInvisiblesButJoiners(text);
  if (plainAddress(cleaned) !== undefined) return cleaned;
  const address = addressIn(withAsciiAt(cleaned));
  const at = address.lastIndexOf('@');
  return withoutInvisibles(address.slice(0, at)) + address.slice(at);
}

/**
 * What a cell of a row holds: one address, or each of its values, those among them that cannot be read as refusals. Addresses
 * beside one that cannot be read are kept where nothing says that they are parts of it.
 * @param read - one value, by the library's rule or a platform's
 */
export function readEmailCell(
  cell: string,
  read: (text: string) => string | Refusal = readEmail,
): string | Refusal | readonly (string | Refusal)[] {
  const reading = read(cell);
  // Nearly all are plain as they stand, and no sign between values stands within an address.
  if (reading === cell) return cell;
  const inner = typeof reading === 'object' && cell.length <= MAX_EMAIL_TEXT ? arrayIn(cell) : undefined;
  if (inner !== undefined) return readEmailCell(inner, read);
  const isOne = typeof reading === 'string';
  if (!(isOne ? SEPARATE : SEPARATORS).test(cell) && (isOne || !hasOthers(cell))) return reading;
  const values = valuesIn(cell);
  if (values.length === 0) return reading;
  if (values.length === 1) return typeof reading === 'string' ? reading : read(values[0]!);
  const readings = values.map(read);
  const bad = (i: number): boolean => typeof readings[i] === 'object';
  if (!values.some((_, i) => bad(i))) return readings;
  // A line break may have cut an address, and its end would be another one.
  const kept = readings.map((each, i) => {
    if (typeof each !== 'string' || !each.slice(each.lastIndexOf('@')).includes('.')) return undefined;
    const cut =
      (bad(i - 1) && /[._@-]$/.test(values[i - 1]!)) || (bad(i + 1) && /^[._@-]/.test(values[i + 1]!));
    return cut ? undefined : each;
  });
  if (kept.every((each) => each === undefined)) return reading;
  return readings.map((each, i) => kept[i] ?? (typeof each === 'string' ? REFUSED.several : each));
}

/** All values of a cell, but those that stand for nothing; none where it is no cell of addresses. */
function valuesIn(cell: string): string[] {
  const cleaned = withAsciiAt(withoutInvisiblesButJoiners(cell));
  if (cleaned.length > MAX_EMAIL_TEXT) return [];
  const text = withLineBreaks(cleaned);
  // `Lovelace; Ada <ada@example.com>`: what is no address is part of a name.
  const named = text.includes('<');
  const values = splitAt(text, SEPARATE).flatMap((part) => {
    const value = part.trim();
    if (value.includes('@')) return addressesIn(value);
    return named || value === '' || standsForNothing(value) ? [] : [value];
  });
  return values.length > MOST_PARTS ? [] : values;
}

/** The reading of a text in any of its forms. */
export function readFully(cleaned: string): string | Refusal {
  if (cleaned === '') return REFUSED.empty;
  const text = withAsciiAt(cleaned);
  const reading = readOne(text);
  if (typeof reading === 'string' || !hasOthers(text)) return reading;
  const parts = addressesIn(withLineBreaks(text));
  const several = parts.length > 1 && parts.every((part) => typeof readOne(part) === 'string');
  return several ? REFUSED.several : reading;
}

function readOne(text: string): string | Refusal {
  const address = addressIn(text);
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1) return REFUSED.notAnEmail;
  if (NOT_ASCII.test(address) && MISREAD.test(address)) return REFUSED.notAnEmail;
  const name = withoutInvisibles(address.slice(0, at));
  // Before it is folded: of a letter that is newer than the table a newer runtime may make an older one.
  if (!isLocalPart(name)) return REFUSED.notAnEmail;
  const local = folded(name);
  // U+037E, the Greek question mark, becomes a semicolon.
  if (!isLocalPart(local)) return REFUSED.notAnEmail;
  const written = address.slice(at + 1);
  // ASCII domains are what DNS holds already, in lower case.
  const domain = NOT_ASCII.test(written) ? asciiDomain(written) : written.toLowerCase();
  // Too long comes first: a name of 300 characters is not one that DNS could hold either.
  if (domain !== undefined && domain.length > 255) return REFUSED.tooLong;
  if (domain === undefined || !DOMAIN.test(domain)) return REFUSED.badDomain;
  const octets = octetLength(local);
  if (octets > 64 || octets + 1 + domain.length > 254) return REFUSED.tooLong;
  const email = `${local}@${domain}`;
  return isPlaceholder(email) ? REFUSED.placeholder : email;
}

function isPlaceholder(email: string): boolean {
  const at = email.indexOf('@');
  // Placeholders are short, or begin with a "no".
  if (at > LONGEST_FILLER && !/^[ndw]/.test(email)) return false;
  return isPlaceholderAddress(email.slice(0, at), email.slice(at + 1));
}

/**
 * Whether a text that some other rule has normalised is one e-mail address; the domain may be in Unicode.
 * @param written - the text before that
 */
export function isEmailLike(text: string, written: string = text): boolean {
  const at = text.indexOf('@');
  if (NOT_ASCII.test(written) && hasNewer(written)) return false;
  if (at < 1 || (NOT_ASCII.test(text) && MISREAD.test(text))) return false;
  return isLocalPart(text.slice(0, at)) && UNICODE_DOMAIN.test(text.slice(at + 1));
}

/** Fullwidth and halfwidth forms (RFC 8265, section 3.3.1), and the small at sign. */
function withAsciiAt(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return text.replace(/[\uff00-\uffef]/g, (c) => c.normalize('NFKC')).replaceAll('\ufe6b', '@');
}

/** What stands between addresses. */
const SEPARATORS = /([,;|\n\r\t]|\s:::?\s|\s\/\s)/;
/** Stands between values and nowhere within one, so that what has no @ there was meant to be an address, too. */
const SEPARATE = /([;\n\r]|\s:::?\s)/;
/** Texts of more parts are no cell of addresses. */
const MOST_PARTS = 16;

/**
 * The parts of a text. A comma that was meant to be a dot does not part them, nor does whatever else stands between an address and
 * a single word without a space: `ada@example,com` and `ada,lovelace@example.com` would be somebody else's.
 */
function splitAt(text: string, separators: RegExp): string[] {
  const [first = '', ...rest] = text.split(separators);
  const parts = [first];
  for (let i = 0; i < rest.length; i += 2) {
    const [separator, part] = [rest[i]!, rest[i + 1]!];
    const before = parts.at(-1)!;
    const tight = /[,;|]/.test(separator) && before.trimEnd() === before && part.trimStart() === part;
    const mistyped = tight && (continues(before, part) || continues(part, before));
    if (mistyped) parts[parts.length - 1] = before + separator + part;
    else parts.push(part);
  }
  return parts;
}

/** Whether a part may be the rest of the address beside it. */
function continues(address: string, part: string): boolean {
  const word = part.trim();
  return address.includes('@') && !address.includes('<') && WORD.test(word) && !standsForNothing(word);
}

const WORD = /^[^\s@<>()"]+$/;

/** What web pages write for a line break. */
function withLineBreaks(text: string): string {
  return text.includes('<') ? text.replace(/<br ?\/?>/gi, '\n') : text;
}

function hasOthers(text: string): boolean {
  return text.indexOf('@') !== text.lastIndexOf('@');
}

/** Words between two addresses. */
const OR: ReadonlySet<string> = new Set('& or and oder und bzw bzw. ou et o y e'.split(' '));

/** Addresses that spaces alone stand between, or a word: where each is one by itself, for a space may stand within one by mistake. */
function atSpaces(text: string): readonly string[] {
  if (!hasOthers(text) || /[<>()"[\]]/.test(text)) return [text];
  const parts = text.split(/\s+/).filter((part) => !OR.has(part.toLowerCase()));
  const isWhole = (part: string): boolean =>
    part.slice(part.lastIndexOf('@')).includes('.') && isAddress(readOne(part));
  return parts.length > 1 && parts.length <= MOST_PARTS && parts.every(isWhole) ? parts : [text];
}

const isAddress = (reading: string | Refusal): boolean =>
  typeof reading === 'string' || reading === REFUSED.placeholder;

/** The parts of a text that have an @; none of them where there are too many. */
function addressesIn(text: string): string[] {
  const parts = splitAt(text, SEPARATORS)
    .map((part) => part.trim())
    .filter((part) => part.includes('@'))
    .flatMap(atSpaces);
  return parts.length > MOST_PARTS ? [] : parts;
}

/** A spreadsheet is told by an equals sign to keep a text. */
const BEFORE = `/${QUOTES}${SPACES}=`;
const BEHIND = `;,${QUOTES}${SPACES}`;
/** What people and mail servers call it. */
const LABEL = /^(?:e-?mail(?:[ -]?(?:address|adresse))?|mail|smtp|courriel|correo|adresse|address|e)\s*:\s*/i;
/** `Ada [mailto:ada@example.com]`, as mail programs quote it; `Ada (ada@example.com)`. */
const IN_BRACKETS = /^[^@<>()[\]]*[[(]([^\s<>()[\]]+)[)\]]$/;
/** `ada@example.com (Ada)`, the oldest way. */
const BEFORE_BRACKETS = /^([^\s<>()]+)\s+\([^@<>()]*\)$/;

/** The address inside `Name <address>` and `mailto:address?fields`. */
function addressIn(text: string): string {
  const end = withoutEnds(text, '', `;,${SPACES}`);
  const bracketed = /^([^<>]*)<([^<>]*)>$/.exec(end);
  // A second address before the brackets makes it a list: nobody can say which one is meant.
  const inner = bracketed && !endsAnAddress(unquoted(bracketed[1]!)) ? bracketed[2]! : end;
  const alone = IN_BRACKETS.exec(inner)?.[1] ?? BEFORE_BRACKETS.exec(inner)?.[1] ?? inner;
  const address = withoutQuotes(withoutQuotes(alone).replace(LABEL, ''));
  if (!/^mailto:/i.test(address)) return address;
  // RFC 6068: a literal "?" starts the header fields, one in the address is percent-encoded.
  const encoded = address.slice('mailto:'.length).replace(/^\/\//, '').split('?', 1)[0]!;
  try {
    return withoutQuotes(withAsciiAt(withoutInvisiblesButJoiners(decodeURIComponent(encoded))));
  } catch {
    return '';
  }
}

function withoutQuotes(text: string): string {
  const inner = withoutEnds(text, BEFORE, BEHIND);
  const at = inner.indexOf("'@");
  // `'ada'@example.com`: what stood around the name.
  return text.startsWith("'") && at > 0 ? inner.slice(0, at) + inner.slice(at + 1) : inner;
}

/** Whether a comma or a semicolon stands somewhere behind an @. */
function endsAnAddress(name: string): boolean {
  const at = name.indexOf('@');
  return at >= 0 && (name.includes(',', at) || name.includes(';', at));
}

function unquoted(name: string): string {
  return name.replace(/"[^"]*"/g, '');
}

/**
 * Lower case and NFC, with the apostrophe that word processors bend straight again. Composing may leave a letter that has a
 * lower case, and lowering one that can be composed.
 */
function folded(local: string): string {
  if (!NOT_ASCII.test(local)) return local.toLowerCase();
  return local
    .replace(/[\u2018\u2019]/g, "'")
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFC');
}

function octetLength(text: string): number {
  let octets = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate pair is two units and four octets, every other unit from U+0800 on one and three.
    if (unit >= 0x80) octets += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return octets;
}
