// SPDX-License-Identifier: Apache-2.0
/**
 * Domains in ASCII by UTS 46 (https://www.unicode.org/reports/tr46/), nontransitional, the same on every runtime: what two
 * runtimes make of `FAẞ.de` depends on the Unicode version of their URL parsers, and two parties have to agree. Characters
 * newer than the table's are not allowed. Of the options: CheckHyphens and CheckJoiners are true, but a joiner where none is
 * allowed is taken out, as whatever else nobody sees; CheckBidi is false, as it says what is displayed well.
 */

import { fromPunycode, punycode } from './punycode.js';
import { ALLOWED, JOINING_LEFT, JOINING_RIGHT, OTHERS, TRANSPARENT, VIRAMAS } from './tables/idna-table.js';
import { PointSet } from './tables/point-set.js';

/** A longer label has no ASCII form of 63 characters. */
const MAX_LABEL = 63;
/** A longer text becomes no domain of 255 octets: for what nobody sees some are left. */
const MOST = 512;
/** Joiners of a label; words have one or two. */
const MOST_JOINERS = 8;
const ZWNJ = 0x200c;
const ZWJ = 0x200d;
const MARK = /^\p{M}/u;

/** Domains repeat; what the last thousand of them were. */
const recent = new Map<string, string | undefined>();
const MOST_RECENT = 1000;

/** @returns undefined for what is no domain; what DNS holds beyond that, and lengths, are the caller's to check */
export function asciiDomain(domain: string): string | undefined {
  // Mapping and joining make it longer or shorter, by no more than a text of which nothing is a domain.
  if (domain.length > MOST) return undefined;
  const known = recent.get(domain);
  if (known !== undefined || recent.has(domain)) return known;
  const ascii = computed(domain);
  if (recent.size === MOST_RECENT) recent.clear();
  recent.set(domain, ascii);
  return ascii;
}

function computed(domain: string): string | undefined {
  const mapped = mappedText(domain);
  if (mapped === undefined) return undefined;
  const labels: string[] = [];
  for (const label of mapped.split('.')) {
    const ascii = asciiLabel(label);
    if (ascii === undefined) return undefined;
    labels.push(ascii);
  }
  return labels.join('.');
}

/** Mapped and normalised (steps 1 and 2 of UTS 46, section 4); undefined for a character that is not allowed. */
function mappedText(text: string): string | undefined {
  const { allowed, others } = table();
  let out = '';
  for (const character of text) {
    const point = character.codePointAt(0)!;
    if (point < 0x80) {
      out += character.toLowerCase();
      continue;
    }
    if (!allowed.has(point)) return undefined;
    out += others.get(point) ?? folded(character);
  }
  return out.normalize('NFC');
}

/** What every runtime makes of a character that it knows, and UTS 46 of nearly all. */
function folded(character: string): string {
  let now = character;
  for (let before = ''; before !== now; ) {
    before = now;
    now = now.normalize('NFKC').toLowerCase();
  }
  return now.normalize('NFKC');
}

function asciiLabel(label: string): string | undefined {
  if (/^[\0-\x7f]*$/.test(label) && !label.startsWith('xn--')) return label;
  if (label.startsWith('xn--')) {
    const points = /^[\0-\x7f]*$/.test(label) ? fromPunycode(label.slice(4)) : undefined;
    if (points === undefined || points.length > MAX_LABEL || points.every((point) => point < 0x80))
      return undefined;
    const decoded = String.fromCodePoint(...points);
    // It must be what a label in Unicode becomes, or two spellings of one domain would differ.
    return mappedText(decoded) === decoded && isValid(decoded, points) ? label : undefined;
  }
  const points = withoutLooseJoiners(Array.from(label, (character) => character.codePointAt(0)!));
  if (points.length > MAX_LABEL || !isValid(String.fromCodePoint(...points), points)) return undefined;
  return points.every((point) => point < 0x80) ? String.fromCodePoint(...points) : `xn--${punycode(points)}`;
}

/** UTS 46, section 4.1, as far as mapping has not seen to it. */
function isValid(label: string, points: readonly number[]): boolean {
  if (label.startsWith('-') || label.endsWith('-') || label.slice(2, 4) === '--') return false;
  if (MARK.test(label)) return false;
  return points.every((point, at) => (point !== ZWNJ && point !== ZWJ) || joins(points, at));
}

/** Without those that join nothing. */
function withoutLooseJoiners(points: readonly number[]): number[] {
  const isJoiner = (point: number): boolean => point === ZWNJ || point === ZWJ;
  const few = points.filter(isJoiner).length <= MOST_JOINERS;
  return points.filter((point, at) => !isJoiner(point) || (few && joins(points, at)));
}

/** The contextual rules of RFC 5892, appendices A.1 and A.2. */
function joins(points: readonly number[], at: number): boolean {
  const { viramas, left, right, transparent } = table();
  if (at > 0 && viramas.has(points[at - 1]!)) return true;
  if (points[at] === ZWJ) return false;
  let before = at - 1;
  while (before >= 0 && transparent.has(points[before]!)) before--;
  let behind = at + 1;
  while (behind < points.length && transparent.has(points[behind]!)) behind++;
  return before >= 0 && left.has(points[before]!) && behind < points.length && right.has(points[behind]!);
}

interface Table {
  readonly allowed: PointSet;
  readonly others: ReadonlyMap<number, string>;
  readonly viramas: PointSet;
  readonly left: PointSet;
  readonly right: PointSet;
  readonly transparent: PointSet;
}

let unpacked: Table | undefined;

/** Unpacked for the first domain outside ASCII. */
function table(): Table {
  unpacked ??= {
    allowed: new PointSet(ALLOWED),
    others: new Map(OTHERS.split(' ').flatMap(entriesOf)),
    viramas: new PointSet(VIRAMAS),
    left: new PointSet(JOINING_LEFT),
    right: new PointSet(JOINING_RIGHT),
    transparent: new PointSet(TRANSPARENT),
  };
  return unpacked;
}

/** `first+length=target`, the targets of a run one behind the other unless they are empty. */
function entriesOf(entry: string): [number, string][] {
  const [range, target] = entry.split('=') as [string, string];
  const [first, length = 1] = range.split('+').map((text) => Number.parseInt(text, 36)) as [number, number?];
  const points = target === '' ? [] : target.split('.').map((text) => Number.parseInt(text, 36));
  return Array.from({ length }, (_, i) => [
    first + i,
    String.fromCodePoint(...(length > 1 ? points.map((point) => point + i) : points)),
  ]);
}
