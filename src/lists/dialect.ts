// SPDX-License-Identifier: Apache-2.0
/** How a file of separated values is written, as it says itself or as somebody says for it. */

import { looksLikeIdentifier } from './column-content.js';
import { speaksFor, wordsOf } from './column-names.js';

/** The signs that a file is made of, each one character. */
export interface Dialect {
  /** Between two fields. */
  readonly delimiter: string;
  /** Around a field that holds one of these signs or a line break; '' where fields are never quoted. */
  readonly quote: string;
  /** Before a quote inside of a quoted field; the quote itself where it is written twice. */
  readonly escape: string;
  /** A line that begins with it is no record; '' where there are no such lines. */
  readonly comment: string;
  /** Lines at the beginning that are no records. */
  readonly skip: number;
}

/** What is said of a file; the rest is found out. */
export type GivenDialect = { readonly [Name in keyof Dialect]?: Dialect[Name] | undefined };

/** A dialect, and what of it nobody said. */
export interface DetectedDialect {
  readonly dialect: Dialect;
  /** Why the delimiter is what it is. */
  readonly why: 'given' | 'declared' | 'found' | 'alone';
  /** Of `skip`, the lines that were not asked for: comments, titles, a line that declares the delimiter. */
  readonly passed: number;
}

/** Those that are tried first, in this order where they explain a file equally well. */
const USUAL = [',', ';', '\t', '|'] as const;
/** What stands inside of names, numbers, addresses and dates is tried for a delimiter last of all, or never. */
const UNUSUAL = ['\x1f', '\x1e', '\x01', '~', '^', '¦', '§', '!', '*', ':'] as const;

const SAMPLE_LINES = 50;
/** Excel's own line, which names the delimiter of the lines below. */
const DECLARATION = /^sep=(.)$/i;

/**
 * @param sample the first lines, whole ones
 * @param given what is known beforehand
 */
export function detectDialect(sample: string, given: GivenDialect = {}): DetectedDialect {
  const { quote = '"' } = given;
  const lines = sample.split(/\r\n|\n|\r/);
  let skip = given.skip ?? 0;
  let passed = 0;
  const pass = (): void => {
    skip++;
    passed++;
  };
  const declared = DECLARATION.exec(lines[skip] ?? '')?.[1];
  if (declared !== undefined) pass();
  // Marks above the table only: below, a line that begins so may be a customer's.
  const comment = given.comment ?? '';
  if (given.skip === undefined && given.comment === undefined) {
    while (isComment(lines[skip] ?? '')) pass();
  }
  const body = lines
    .slice(skip)
    .filter((line) => line !== '' && (comment === '' || !line.startsWith(comment)));
  const { delimiter, why } = delimiterOf(body, { ...given, quote }, declared);
  // A title says one thing, in one cell, above a table that has several.
  if (given.skip === undefined) {
    const cells = lines.slice(skip, skip + SAMPLE_LINES).map((line) => cellsIn(line, delimiter, quote));
    const usual = mostFrequent(cells.filter((count) => count > 0));
    const first = cells.findIndex((count) => count >= usual);
    if (usual >= 3 && first > 0 && first <= 10 && cells.slice(0, first).every((count) => count <= 1)) {
      for (let i = 0; i < first; i++) pass();
    } else {
      const above = linesAbove(lines.slice(skip, skip + SAMPLE_LINES), delimiter, quote);
      for (let i = 0; i < above; i++) pass();
    }
  }
  return { dialect: { delimiter, quote, escape: given.escape ?? quote, comment, skip }, why, passed };
}

/** Lines above a header that may have several cells themselves: `Exported 1 May, 12:30`, names of groups of columns. */
const MOST_ABOVE = 10;

/** How many lines stand above the one that names telephone numbers or addresses, each with fewer cells filled than it has. */
function linesAbove(lines: readonly string[], delimiter: string, quote: string): number {
  const table = lines
    .slice(0, MOST_ABOVE + 1)
    .map((line) => piecesOf(line, delimiter, quote).filter((cell) => cell.trim() !== ''));
  const header = table.findIndex((cells) => cells.some(namesIdentifier));
  if (header <= 0) return 0;
  const fits = (cells: readonly string[], i: number): boolean =>
    cells.length < table[header]!.length && !cells.some(looksLikeIdentifier) && isWhole(lines[i]!, quote);
  return table.slice(0, header).every(fits) ? header : 0;
}

/** Whether no cell of the line goes on in the next one. */
const isWhole = (line: string, quote: string): boolean => quote === '' || line.split(quote).length % 2 === 1;

function namesIdentifier(name: string): boolean {
  const words = wordsOf(name);
  return speaksFor('phone', words) || speaksFor('email', words);
}

/** A line of words behind the sign of comments, and no header whose first name begins with it, such as `#id,name`. */
const isComment = (line: string): boolean => line.startsWith('#') && !/^#[\w"]*[,;\t|]/.test(line);

function delimiterOf(
  lines: readonly string[],
  { delimiter, quote = '' }: GivenDialect,
  declared: string | undefined,
): { readonly delimiter: string; readonly why: DetectedDialect['why'] } {
  if (delimiter !== undefined) return { delimiter, why: 'given' };
  if (declared !== undefined) return { delimiter: declared, why: 'declared' };
  if (lines.length === 0) return { delimiter: ',', why: 'alone' };
  const texts = lines.slice(0, SAMPLE_LINES).map((line) => withoutQuoted(line, quote));
  let best: { delimiter: string; agreeing: number; count: number } = {
    delimiter: ',',
    agreeing: 0,
    count: 0,
  };
  const consider = (candidate: string, everywhere: boolean): void => {
    const counts = texts.map((text) => text.split(candidate).length - 1);
    const usual = mostFrequent(counts);
    // Not in most of the lines: what a title above them has, or a cell here and there.
    const count = usual === 0 ? (counts[0] ?? 0) : usual;
    if (count === 0) return;
    const agreeing = counts.filter((other) => other === count).length;
    if (everywhere && (agreeing < texts.length || texts.length < 2)) return;
    if (agreeing > best.agreeing || (agreeing === best.agreeing && count > best.count)) {
      best = { delimiter: candidate, agreeing, count };
    }
  };
  for (const candidate of USUAL) consider(candidate, false);
  // A file of one column has no delimiter: what stands in each of its cells must not become one by accident.
  if (best.count === 0) {
    for (const candidate of UNUSUAL) if (!isScheme(texts[0]!, candidate)) consider(candidate, true);
  }
  // What a header of both kinds, or an address in the same place of each line, tells apart.
  if (best.count === 0) {
    const sample = lines.slice(0, SAMPLE_LINES);
    const found = isSpaced(sample, quote) ? ' ' : signBetweenKinds(texts);
    if (found !== undefined) return { delimiter: found, why: 'found' };
  }
  return { delimiter: best.delimiter, why: best.count === 0 ? 'alone' : 'found' };
}

/** The fields of a line without the quotes around them; in each line there are as many of one sign, or it is none. */
function piecesOf(line: string, delimiter: string, quote: string): string[] {
  if (quote === '' || !line.includes(quote)) return line.split(delimiter);
  const pieces = [''];
  let inside = false;
  for (const sign of line) {
    if (sign === quote) inside = !inside;
    else if (sign === delimiter && !inside) pieces.push('');
    else pieces[pieces.length - 1] += sign;
  }
  return pieces;
}

/** Fields apart by one space each, as R writes them: in quotes, or with an address in the same place of each line. */
function isSpaced(lines: readonly string[], quote: string): boolean {
  const [first = [], ...rows] = lines.map((line) => piecesOf(line, ' ', quote));
  const width = rows[0]?.length ?? 0;
  // The header has no name for R's names of rows.
  if (width < 2 || (first.length !== width && first.length !== width - 1)) return false;
  if (rows.some((row) => row.length !== width)) return false;
  if (quote !== '' && lines.every((line) => line.startsWith(quote))) return true;
  return rows[0]!.some((_, column) => rows.every((row) => /\S@\S/.test(row[column]!)));
}

/** A sign that stands in a header between names of both kinds, and as often in every line. */
function signBetweenKinds([header = '', ...rows]: readonly string[]): string | undefined {
  if (rows.length === 0 || header.length > MAX_HEADER) return undefined;
  const signs = new Set(header.match(/[^\p{L}\p{N}\s"']/gu));
  return [...signs].slice(0, MOST_SIGNS).find((sign) => {
    const words = header.split(sign).map(wordsOf);
    const phone = words.findIndex((name) => speaksFor('phone', name));
    const email = words.findIndex((name) => speaksFor('email', name));
    if (phone < 0 || email < 0 || phone === email) return false;
    return sign.length === 1 && rows.every((row) => row.split(sign).length === words.length);
  });
}

const MAX_HEADER = 1000;
const MOST_SIGNS = 16;

/** `tel:+1...` in a list without a header. */
const isScheme = (line: string, sign: string): boolean =>
  sign === ':' && /^\s*(?:p|tel|callto|sms|whatsapp|mailto|https?|sha\d*|md5):/i.test(line);

const withoutQuoted = (line: string, quote: string): string =>
  quote === '' || !line.includes(quote)
    ? line
    : line
        .split(quote)
        .filter((_, i) => i % 2 === 0)
        .join('');

function cellsIn(line: string, delimiter: string, quote: string): number {
  const cells = withoutQuoted(line, quote).split(delimiter);
  // What is left of a title when a spreadsheet exports it: its cell, and empty ones.
  const filled = cells.map((cell, i) => (cell.trim() === '' ? 0 : i + 1));
  const last = Math.max(0, ...filled);
  const alone = filled.filter((position) => position > 0).length <= 1 && !line.includes(quote || '\0');
  return alone ? Math.min(1, last) : cells.length;
}

/** The number that occurs most often; of several the largest. */
function mostFrequent(counts: readonly number[]): number {
  const times = new Map<number, number>();
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1);
  let [most, often] = [0, 0];
  for (const [count, found] of times) {
    if (found > often || (found === often && count > most)) [most, often] = [count, found];
  }
  return most;
}
