// SPDX-License-Identifier: Apache-2.0
/**
 * Contacts as a list: the cards of a vCard file (RFC 6350, and RFC 2426 and vCard 2.1 as telephones export them). Of each card
 * its name, its telephone numbers without faxes, those of mobile telephones first, its addresses, and its country.
 */

import type { ListRecord } from './record-source.js';

const HEADER: ListRecord = { fields: ['name', 'phone', 'email', 'country'], line: 0 };

interface Property {
  readonly name: string;
  /** What is said of the value, in lower case. */
  readonly types: readonly string[];
  readonly value: string;
}

/** A name, perhaps in a group, what is said of the value, and the value: `item1.TEL;TYPE=CELL:+1...`. */
const PROPERTY = /^(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^:;"])*)*):(.*)$/s;

/** Cards without an end that are handed on together: a file of nothing else does not wait in memory. */
const MOST_TOGETHER = 1024;

/** @param maxRecord characters of the longest card that is taken */
export async function* vcardRecords(
  chunks: AsyncIterable<string>,
  maxRecord: number,
): AsyncGenerator<readonly ListRecord[], void, undefined> {
  yield [HEADER];
  let card: Property[] | undefined;
  let begun = 0;
  let length = 0;
  const records: ListRecord[] = [];
  for await (const { text, line } of unfolded(chunks, maxRecord)) {
    if (/^BEGIN:VCARD\s*$/i.test(text)) {
      // One without an end: what follows is another person.
      if (card !== undefined) {
        records.push({ fields: [], line: begun, damage: 'no-card' });
        if (records.length === MOST_TOGETHER) yield records.splice(0);
      }
      [card, begun, length] = [[], line, 0];
    } else if (/^END:VCARD\s*$/i.test(text)) {
      if (card !== undefined) {
        records.push(
          length > maxRecord ? { fields: [], line: begun, damage: 'too-long' } : recordOf(card, begun),
        );
      }
      card = undefined;
      if (records.length > 0) yield records.splice(0);
    } else if (card !== undefined) {
      length += text.length;
      const property = propertyOf(text);
      // Pictures are most of a card.
      if (property !== undefined && length <= maxRecord) card.push(property);
    }
  }
  if (card !== undefined) records.push({ fields: [], line: begun, damage: 'no-card' });
  if (records.length > 0) yield records;
}

const WANTED = new Set(['FN', 'TEL', 'EMAIL', 'ADR']);

function propertyOf(text: string): Property | undefined {
  const [, name = '', parameters = '', value = ''] = PROPERTY.exec(text) ?? [];
  if (!WANTED.has(name.toUpperCase())) return undefined;
  const types = parameters
    .toLowerCase()
    .split(/[;,]/)
    .map((type) => type.replace(/^type=/, '').replaceAll('"', ''));
  return { name: name.toUpperCase(), types, value: decoded(value, types) };
}

function decoded(value: string, types: readonly string[]): string {
  if (!types.some((type) => type === 'quoted-printable' || type === 'encoding=quoted-printable'))
    return value;
  const bytes = value.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}

const unescaped = (value: string): string =>
  value
    .replace(/\\([\\,;])/g, '$1')
    .replace(/\\n/gi, '\n')
    .trim();

function recordOf(card: readonly Property[], line: number): ListRecord {
  const of = (name: string): Property[] => card.filter((property) => property.name === name);
  const isMobile = ({ types }: Property): number =>
    types.some((type) => /^(?:cell|iphone)$/.test(type)) ? 0 : 1;
  const phones = of('TEL')
    .filter(({ types }) => !types.some((type) => /fax|pager|modem|bbs/.test(type)))
    .sort((a, b) => isMobile(a) - isMobile(b))
    .map(({ value }) => unescaped(value).replace(/^tel:/i, '').split(';', 1)[0]!);
  const emails = of('EMAIL').map(({ value }) => unescaped(value));
  const countries = of('ADR').map(({ value }) => unescaped(value.split(/(?<!\\);/)[6] ?? ''));
  const fields = [
    unescaped(of('FN')[0]?.value ?? ''),
    phones.filter((phone) => phone !== '').join('\n'),
    emails.filter((email) => email !== '').join('\n'),
    countries.find((country) => country !== '') ?? '',
  ];
  return { fields, line };
}

/** Lines that were folded are one again; what is longer than a card may be is cut. */
async function* unfolded(
  chunks: AsyncIterable<string>,
  maxLine: number,
): AsyncGenerator<{ readonly text: string; readonly line: number }, void, undefined> {
  let rest = '';
  let current: FoldedLine | undefined;
  let line = 0;
  const next = function* (physical: string): Generator<{ readonly text: string; readonly line: number }> {
    line++;
    const folded = /^[ \t]/.test(physical);
    if (current !== undefined && (folded || current.goesOn)) {
      current.add(folded ? physical.slice(1) : physical, maxLine);
      return;
    }
    if (current !== undefined) yield current;
    current = new FoldedLine(physical, line);
  };
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    if (rest.length > maxLine) rest = rest.slice(0, maxLine);
    for (const physical of lines) yield* next(physical);
  }
  if (rest !== '') yield* next(rest.replace(/\r$/, ''));
  if (current !== undefined) yield current;
}

/** A line that may go on: folded, or in vCard 2.1 with a sign at its end, which pictures end with as well. */
class FoldedLine {
  readonly line: number;
  readonly #parts: string[] = [];
  readonly #soft: boolean;
  #length = 0;
  /** Whether its last part ends with the sign that it goes on. */
  goesOn = false;

  constructor(first: string, line: number) {
    this.line = line;
    this.#soft = /^[^:]*;(?:encoding=)?quoted-printable[;:]/i.test(first.slice(0, 1024));
    this.add(first, first.length);
  }

  add(part: string, most: number): void {
    this.goesOn = this.#soft && part.endsWith('=');
    if (this.#length > most) return;
    const text = this.goesOn ? part.slice(0, -1) : part;
    this.#parts.push(text);
    this.#length += text.length;
  }

  get text(): string {
    return this.#parts.join('');
  }
}
