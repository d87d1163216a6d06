// SPDX-License-Identifier: Apache-2.0
/** How a file of separated values is written, as it says itself or as somebody says for it. */

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
    }
  }
  return { dialect: { delimiter, quote, escape: given.escape ?? quote, comment, skip }, why, passed };
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
  return { delimiter: best.delimiter, why: best.count === 0 ? 'alone' : 'found' };
}

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
