// SPDX-License-Identifier: Apache-2.0
/**
 * JSON as a list: an object a line, or one array of objects. Names of nested values have a point between them; an array, of
 * texts or of objects, is a cell with a line for each of its values, as other exports write several.
 */

import { VeilmatchError } from '../errors.js';
import { speaksFor, wordsOf } from './column-names.js';
import type { ListRecord } from './record-source.js';

/** Records and characters that are looked at for the names of the columns: exports leave out what is empty. */
const SAMPLE = 20_000;
const SAMPLE_CHARACTERS = 16 * 2 ** 20;
/** An array is held as a whole. */
const MAX_ARRAY = 256 * 2 ** 20;

type Flat = Map<string, string>;

/**
 * @param lines texts of whole lines, and the number that the first one of each has
 * @param maxRecord characters of the longest record that is taken
 */
export async function* jsonLines(
  chunks: AsyncIterable<string>,
  maxRecord: number,
): AsyncGenerator<readonly ListRecord[], void, undefined> {
  const columns = new Columns();
  let early:
    | { readonly flat: Flat | undefined; readonly line: number; readonly long: boolean }[]
    | undefined = [];
  const recordOf = ({ flat, line, long }: NonNullable<typeof early>[number]): ListRecord => {
    if (flat === undefined) return { fields: [], line, damage: long ? 'too-long' : 'no-json' };
    return columns.lacks(flat)
      ? { fields: [], line, damage: 'late-name' }
      : { fields: columns.fields(flat), line };
  };
  let characters = 0;
  for await (const { texts, first } of linesOf(chunks, maxRecord)) {
    const read = texts.flatMap((text, i) => {
      if (text !== null && text.trim() === '') return [];
      characters += text?.length ?? 0;
      return [{ flat: text === null ? undefined : flatOf(text), line: first + i, long: text === null }];
    });
    if (early === undefined) {
      yield read.map(recordOf);
      continue;
    }
    early.push(...read);
    for (const { flat } of read) if (flat !== undefined) columns.learn(flat);
    if (early.length < SAMPLE && characters < SAMPLE_CHARACTERS) continue;
    yield [columns.header, ...early.map(recordOf)];
    early = undefined;
  }
  if (early !== undefined && early.length > 0) yield [columns.header, ...early.map(recordOf)];
}

/** @throws {VeilmatchError} `bad-file` for what is no array of objects, or a very large one */
export async function* jsonArray(
  chunks: AsyncIterable<string>,
  source: string,
): AsyncGenerator<readonly ListRecord[], void, undefined> {
  const texts: string[] = [];
  let length = 0;
  for await (const text of chunks) {
    texts.push(text);
    length += text.length;
    if (length > MAX_ARRAY) {
      throw new VeilmatchError(
        'bad-file',
        `${source} is one JSON array of more than 256 MB, which is read as a whole. Write an object a line: jq -c '.[]' FILE`,
      );
    }
  }
  let values: unknown;
  try {
    values = JSON.parse(texts.join(''));
  } catch {
    throw new VeilmatchError('bad-file', `${source} begins like a JSON array, and is none. Export it again.`);
  }
  const columns = new Columns();
  const flats = (values as unknown[]).map((value) => flattened(value));
  for (const flat of flats) if (flat !== undefined) columns.learn(flat);
  if (flats.length === 0) return;
  yield [
    columns.header,
    ...flats.map(
      (flat, i): ListRecord =>
        flat === undefined
          ? { fields: [], line: i + 1, damage: 'no-json' }
          : { fields: columns.fields(flat), line: i + 1 },
    ),
  ];
}

/** Names in the order in which they were first seen. */
class Columns {
  readonly #positions = new Map<string, number>();

  learn(flat: Flat): void {
    for (const name of flat.keys()) {
      if (!this.#positions.has(name)) this.#positions.set(name, this.#positions.size);
    }
  }

  get header(): ListRecord {
    return { fields: [...this.#positions.keys()], line: 0 };
  }

  /** Whether something has a name that came too late to be a column, and that says that it is an identifier. */
  lacks(flat: Flat): boolean {
    for (const [name, text] of flat) {
      if (text === '' || this.#positions.has(name)) continue;
      const words = wordsOf(name);
      if (speaksFor('phone', words) || speaksFor('email', words)) return true;
    }
    return false;
  }

  fields(flat: Flat): string[] {
    const fields: string[] = Array(this.#positions.size).fill('');
    for (const [name, text] of flat) {
      const position = this.#positions.get(name);
      if (position !== undefined) fields[position] = text;
    }
    return fields;
  }
}

function flatOf(line: string): Flat | undefined {
  // An error for each line of a file that is something else takes long.
  if (!/^\s*\{.*\}\s*$/s.test(line)) return undefined;
  try {
    return flattened(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Objects within objects, so deep as exports nest them. */
const DEPTH = 8;

function flattened(value: unknown): Flat | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const flat: Flat = new Map();
  const put = (name: string, text: string, several: boolean): void => {
    const before = several ? flat.get(name) : undefined;
    flat.set(name, before ? `${before}\n${text}` : text);
  };
  // Objects of an array have their values in the same cells, a line for each.
  const add = (object: object, prefix: string, depth: number, several: boolean): void => {
    for (const [name, member] of Object.entries(object)) {
      const items: unknown[] = Array.isArray(member) ? member : [member];
      const inner = items.filter(isObject);
      if (inner.length < items.length || items.length === 0) put(prefix + name, textOf(member), several);
      if (depth === DEPTH) continue;
      for (const each of inner) add(each, `${prefix}${name}.`, depth + 1, several || items === member);
    }
  };
  add(value, '', 0, false);
  return flat;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  // An array within an array is none of the values.
  if (Array.isArray(value)) {
    return value
      .filter((item) => typeof item !== 'object')
      .map(textOf)
      .join('\n');
  }
  return String(value);
}

/** Lines of a text; null for one that is longer than it may be. */
async function* linesOf(
  chunks: AsyncIterable<string>,
  maxLine: number,
): AsyncGenerator<{ readonly texts: (string | null)[]; readonly first: number }, void, undefined> {
  let rest = '';
  let dropping = false;
  let first = 1;
  for await (const chunk of chunks) {
    const texts: (string | null)[] = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = texts.pop()!;
    if (dropping && texts.length > 0) {
      texts[0] = null;
      dropping = false;
    }
    if (rest.length > maxLine || dropping) {
      rest = '';
      dropping = true;
    }
    yield { texts, first };
    first += texts.length;
  }
  if (rest !== '' || dropping) yield { texts: [dropping ? null : rest], first };
}
