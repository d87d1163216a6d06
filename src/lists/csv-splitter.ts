// SPDX-License-Identifier: Apache-2.0
/**
 * Records out of separated values (RFC 4180), as they come. Exports have quotes that do not fit together, and one of them
 * must not take the rows behind it along: a record is read leniently where only one reading has the fields that the other
 * records have; otherwise it is given back as damaged, and the next line begins the next record.
 */

import type { Dialect } from './dialect.js';
import type { ListRecord, RecordDamage } from './record-source.js';
import { unguarded } from './spreadsheet.js';

interface Parsed {
  readonly fields: string[];
  /** Where the next record begins; of a doubtful one, how far it went. */
  readonly end: number;
  /** Whether a quote stood where none belongs, so that this is one of several readings; `doubtful` where lines were passed. */
  readonly quotes: Quotes;
}

type Quotes = 'regular' | 'irregular' | 'doubtful';

/** More text is needed to tell. */
const INCOMPLETE = 'incomplete';

export class CsvSplitter {
  readonly #dialect: Dialect;
  readonly #maxRecord: number;
  #text = '';
  /** Of the text, where the record that is under way begins. */
  #at = 0;
  #line = 1;
  /** Cells of the first record. */
  #width: number | undefined;
  /** Lines before this one may be the inside of a cell whose quotes do not fit: what is taken of them has all its cells. */
  #soundFrom = 0;
  #final = false;
  #dropping = false;

  /** @param maxRecord characters of the longest record that is taken */
  constructor(dialect: Dialect, maxRecord: number) {
    this.#dialect = dialect;
    this.#maxRecord = maxRecord;
  }

  /** @param text what follows the text before @returns the records that it completes */
  push(text: string): ListRecord[] {
    this.#text = this.#at === this.#text.length ? text : this.#text.slice(this.#at) + text;
    this.#at = 0;
    return this.#records();
  }

  /** @returns the records that only the end of the text completes */
  end(): ListRecord[] {
    this.#final = true;
    return this.#records();
  }

  #records(): ListRecord[] {
    const text = this.#text;
    const { quote, comment, skip, delimiter } = this.#dialect;
    const records: ListRecord[] = [];
    let nextQuote = this.#next(quote, 0);
    let nextReturn = this.#next('\r', 0);
    let nextFeed = this.#next('\n', 0);
    let nextDelimiter = this.#next(delimiter, 0);
    while (this.#at < text.length) {
      const at = this.#at;
      if (nextReturn < at) nextReturn = this.#next('\r', at);
      if (nextFeed < at) nextFeed = this.#next('\n', at);
      if (nextQuote < at) nextQuote = this.#next(quote, at);
      const stop = Math.min(nextReturn, nextFeed);
      const tooLong = text.length - at > this.#maxRecord;
      // Whether a line feed follows a carriage return is still to come.
      const open = stop === text.length || (stop === text.length - 1 && stop === nextReturn);
      if (open && !this.#final && !tooLong) break;
      const isComment = comment !== '' && text.startsWith(comment, at);
      if (this.#line <= skip || isComment || stop === at || this.#dropping) {
        this.#passLine(stop);
      } else if (stop - at > this.#maxRecord) {
        this.#damaged(records, 'too-long', stop);
      } else if (nextQuote >= stop) {
        // Field by field, which is faster than `split`.
        const fields: string[] = [];
        let from = at;
        if (nextDelimiter < at) nextDelimiter = this.#next(delimiter, at);
        for (; nextDelimiter < stop; nextDelimiter = this.#next(delimiter, from)) {
          fields.push(text.slice(from, nextDelimiter));
          from = nextDelimiter + 1;
        }
        fields.push(text.slice(from, stop));
        this.#takeLine(records, fields, stop);
      } else {
        const parsed = this.#quoted(at, stop);
        if (parsed === INCOMPLETE && !this.#final && !tooLong) break;
        this.#decide(records, parsed === INCOMPLETE ? undefined : parsed, stop);
      }
    }
    return records;
  }

  /** Of a record with quotes: takes the one reading that fits the others, if there is one. */
  #decide(records: ListRecord[], parsed: Parsed | undefined, stop: number): void {
    const width = this.#width;
    if (parsed !== undefined) {
      const { fields, end, quotes } = parsed;
      const crosses = end > afterBreak(this.#text, stop);
      const fits =
        quotes === 'regular'
          ? !crosses || (fields.length <= (width ?? fields.length) && this.#line >= this.#soundFrom)
          : quotes === 'irregular' && !crosses && fields.length === (width ?? fields.length);
      if (fits) {
        if (!crosses) this.#takeLine(records, fields, stop);
        else {
          this.#found(records, fields);
          this.#passTo(end);
        }
        return;
      }
      // Whatever stands up to there may be the inside of a cell.
      if (crosses) this.#soundFrom = Math.max(this.#soundFrom, this.#line + this.#linesTo(end));
      if (crosses && quotes === 'regular') {
        this.#damaged(records, 'quotes', stop);
        return;
      }
    }
    // Quotes that are a part of what people wrote, as in a file whose fields are never quoted.
    const literal = this.#text.slice(this.#at, stop).split(this.#dialect.delimiter);
    if (width !== undefined && literal.length === width) this.#takeLine(records, literal, stop);
    else this.#damaged(records, 'quotes', stop);
  }

  #takeLine(records: ListRecord[], fields: string[], stop: number): void {
    if (this.#line < this.#soundFrom && fields.length !== this.#width) {
      this.#damaged(records, 'quotes', stop);
      return;
    }
    this.#found(records, fields);
    this.#passLine(stop);
  }

  #found(records: ListRecord[], fields: string[]): void {
    const { length } = fields;
    this.#width ??= length;
    for (let i = 0; i < length; i++) {
      // Nearly no cell begins so, and lists have millions of them.
      if (fields[i]!.charCodeAt(0) === APOSTROPHE) fields[i] = unguarded(fields[i]!);
    }
    records.push({ fields, line: this.#line });
  }

  #damaged(records: ListRecord[], damage: RecordDamage, stop: number): void {
    records.push({ fields: [], line: this.#line, damage });
    this.#passLine(stop);
  }

  /** @param stop where the line ends */
  #passLine(stop: number): void {
    // The rest of a line that is longer than what is kept belongs to no record.
    this.#dropping = stop === this.#text.length;
    if (!this.#dropping) this.#line++;
    this.#at = afterBreak(this.#text, stop);
  }

  /** @param end behind a record that may hold line breaks */
  #passTo(end: number): void {
    this.#line += this.#linesTo(end);
    this.#at = end;
  }

  #linesTo(end: number): number {
    return this.#text.slice(this.#at, end).split(/\r\n|\n|\r/).length - 1;
  }

  #next(sign: string, from: number): number {
    const found = sign === '' ? -1 : this.#text.indexOf(sign, from);
    return found < 0 ? this.#text.length : found;
  }

  /** A record that has quotes. @param stop where its first line ends */
  #quoted(from: number, stop: number): Parsed | typeof INCOMPLETE {
    const text = this.#text;
    const { delimiter, quote } = this.#dialect;
    const fields: string[] = [];
    const separates = delimiter.charCodeAt(0);
    const begins = quote.charCodeAt(0);
    let quotes: Quotes = 'regular';
    for (let at = from; ; ) {
      let open = at;
      if (separates !== SPACE) while (text.charCodeAt(open) === SPACE) open++;
      if (text.charCodeAt(open) !== begins) {
        const end = endOfField(text, at, separates);
        fields.push(text.slice(at, end));
        at = end;
      } else {
        const field = this.#quotedField(open + 1, stop);
        if (field === INCOMPLETE) return INCOMPLETE;
        if (field.quotes === 'doubtful') return { fields, ...field };
        if (field.quotes === 'irregular') quotes = 'irregular';
        fields.push(field.value);
        at = field.end;
      }
      if (at >= text.length) return this.#final ? { fields, end: at, quotes } : INCOMPLETE;
      if (text[at] === delimiter) {
        at++;
        continue;
      }
      // Whether a line feed follows a carriage return is still to come.
      if (at === text.length - 1 && text[at] === '\r' && !this.#final) return INCOMPLETE;
      return { fields, end: afterBreak(text, at), quotes };
    }
  }

  /** @param from behind the opening quote */
  #quotedField(from: number, stop: number): QuotedField | typeof INCOMPLETE {
    const text = this.#text;
    const { delimiter, quote, escape: sign } = this.#dialect;
    let quotes: Quotes = 'regular';
    let escaped = false;
    for (let at = from; ; ) {
      const found = text.indexOf(quote, at);
      if (found < 0) return INCOMPLETE;
      // Of two lines whose quotes do not fit together one would be made.
      if (found > stop && quotes !== 'regular') return { value: '', end: found, quotes: 'doubtful' };
      if (sign !== quote && isEscaped(text, found, from, sign)) {
        escaped = true;
        at = found + 1;
        continue;
      }
      const next = text[found + 1];
      if (next === undefined && !this.#final) return INCOMPLETE;
      if (next === quote && sign === quote) {
        escaped = true;
        at = found + 2;
        continue;
      }
      // White space between a closing quote and the delimiter says nothing.
      let behind = found + 1;
      while (text[behind] === ' ' && delimiter !== ' ') behind++;
      if (behind >= text.length && !this.#final) return INCOMPLETE;
      const closes = behind >= text.length || isBreak(text.charCodeAt(behind)) || text[behind] === delimiter;
      if (found > stop && !closes) return { value: '', end: found, quotes: 'doubtful' };
      if (closes) {
        const raw = text.slice(from, found);
        const value = escaped || quotes !== 'regular' ? unescaped(raw, quote, sign, quotes) : raw;
        return { value, end: behind, quotes };
      }
      quotes = 'irregular';
      at = found + 1;
    }
  }
}

interface QuotedField {
  readonly value: string;
  readonly end: number;
  readonly quotes: Quotes;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const APOSTROPHE = 0x27;
const SPACE = 0x20;

const isBreak = (code: number): boolean => code === LINE_FEED || code === CARRIAGE_RETURN;

/** @param at of a line break, or the end of the text */
function afterBreak(text: string, at: number): number {
  if (at >= text.length) return text.length;
  return text.charCodeAt(at) === CARRIAGE_RETURN && text.charCodeAt(at + 1) === LINE_FEED ? at + 2 : at + 1;
}

function endOfField(text: string, from: number, delimiter: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === delimiter || isBreak(code)) return at;
  }
  return text.length;
}

/** Whether an odd number of escapes stands before a quote. */
function isEscaped(text: string, quote: number, from: number, sign: string): boolean {
  let count = 0;
  while (quote - count > from && text[quote - count - 1] === sign) count++;
  return count % 2 === 1;
}

function unescaped(raw: string, quote: string, sign: string, quotes: Quotes): string {
  if (sign === quote) {
    const single = raw.replaceAll(quote + quote, quote);
    // Where backslashes stand before quotes that belong to nobody, they were meant to escape them.
    return quotes === 'regular' ? single : single.replaceAll(`\\${quote}`, quote);
  }
  return raw.replaceAll(sign + quote, quote).replaceAll(sign + sign, sign);
}
