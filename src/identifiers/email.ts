// SPDX-License-Identifier: Apache-2.0
/**
 * E-mail addresses in one spelling: lower case, local part in NFC, domain in ASCII.
 *
 * What is valid is the rule of HTML's `<input type=email>` (https://html.spec.whatwg.org/#valid-e-mail-address), the
 * one that sign-up forms applied when the lists were filled, its local part extended by the non-ASCII characters of
 * RFC 6531, section 3.3. Lengths are those of RFC 5321, section 4.5.3.1; with a name or header fields around it a text has 2,048 characters at most. Dots and `+tags` stay: they tell mailboxes
 * apart everywhere but at some providers, and the platforms disagree about those (see `profiles`).
 */

import { orThrow, type Refusal, requireString } from './refusal.js';
import { MAX_EMAIL_TEXT, withoutInvisibles } from './text.js';

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
} as const satisfies Record<string, Refusal>;

/** The HTML rule's local part, and RFC 6531's characters without separators, controls and halves of surrogate pairs. */
const LOCAL_PART = /^(?:[a-z0-9.!#$%&'*+/=?^_`{|}~-]|[^\0-\x7f\p{Z}\p{Cc}\p{Cf}\p{Cs}])+$/iu;
/** The HTML rule's domain, in lower case. */
const DOMAIN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** An ASCII address and nothing else, as nearly all are. */
const PLAIN = new RegExp(`^[a-z0-9.!#$%&'*+/=?^_\`{|}~-]{1,64}@${DOMAIN.source.slice(1)}`);
/** Labels of letters, digits and hyphens in any script, joined by dots; and pictures, which some registries sell. */
const UNICODE_DOMAIN =
  /^[\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}-]+(?:\.[\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}-]+)*$/u;
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

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
  const cleaned = withoutInvisibles(text);
  if (cleaned.length > MAX_EMAIL_TEXT) return REFUSED.tooLong;
  const lower = cleaned.toLowerCase();
  return lower.length <= 254 && PLAIN.test(lower) ? lower : readFully(cleaned);
}

/** The reading of a text in any of its forms. */
export function readFully(cleaned: string): string | Refusal {
  if (cleaned === '') return REFUSED.empty;
  const address = addressIn(cleaned);
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1) return REFUSED.notAnEmail;
  const local = folded(address.slice(0, at));
  if (!LOCAL_PART.test(local)) return REFUSED.notAnEmail;
  const domain = asciiDomain(address.slice(at + 1));
  // Too long comes first: a name of 300 characters is not one that DNS could hold either.
  if (domain !== undefined && domain.length > 255) return REFUSED.tooLong;
  if (domain === undefined || !DOMAIN.test(domain)) return REFUSED.badDomain;
  const octets = octetLength(local);
  if (octets > 64 || octets + 1 + domain.length > 254) return REFUSED.tooLong;
  return `${local}@${domain}`;
}

/** Whether a text that some other rule has normalised is one e-mail address; the domain may be in Unicode. */
export function isEmailLike(text: string): boolean {
  const at = text.indexOf('@');
  return at > 0 && LOCAL_PART.test(text.slice(0, at)) && UNICODE_DOMAIN.test(text.slice(at + 1));
}

/** The address inside `Name <address>` and `mailto:address?fields`. */
function addressIn(text: string): string {
  const bracketed = /^([^<>]*)<([^<>]*)>$/.exec(text);
  // A second address before the brackets makes it a list: nobody can say which one is meant.
  const address = bracketed && !endsAnAddress(unquoted(bracketed[1]!)) ? bracketed[2]!.trim() : text;
  if (!/^mailto:/i.test(address)) return address;
  // RFC 6068: a literal "?" starts the header fields, one in the address is percent-encoded.
  const encoded = address.slice('mailto:'.length).split('?', 1)[0]!;
  try {
    return withoutInvisibles(decodeURIComponent(encoded));
  } catch {
    return '';
  }
}

/** Whether a comma or a semicolon stands somewhere behind an @. */
function endsAnAddress(name: string): boolean {
  const at = name.indexOf('@');
  return at >= 0 && (name.includes(',', at) || name.includes(';', at));
}

function unquoted(name: string): string {
  return name.replace(/"[^"]*"/g, '');
}

/** Lower case and NFC; composing may leave a letter that has a lower case, and lowering one that can be composed. */
function folded(local: string): string {
  return local.normalize('NFC').toLowerCase().normalize('NFC');
}

/** Unicode domains by UTS 46 as browsers apply it (WHATWG URL, domain to ASCII); ASCII ones in lower case. */
function asciiDomain(domain: string): string | undefined {
  if (/^[\0-\x7f]*$/.test(domain)) return domain.toLowerCase();
  // Characters that mean something in a URL never reach its parser.
  if (/[\0-,/:-@[-`{-\x7f]/.test(domain)) return undefined;
  try {
    const { hostname } = new URL(`http://${domain}`);
    // Fullwidth digits can map to a number, which a URL takes for an IPv4 address.
    return IPV4.test(hostname) ? undefined : hostname;
  } catch {
    return undefined;
  }
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
