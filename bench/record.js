// SPDX-License-Identifier: Apache-2.0
/**
 * What is stored of a run: one shape for every case, so that the documents and the plots read all of them alike.
 *
 * @typedef {number | { median: number, low: number, high: number, rounds: number }} Figure - one value, or the median of
 *   rounds with the 10th and the 90th percentile
 * @typedef {Record<string, string | number | boolean>} Labels
 *
 * @typedef {object} Cell
 * @property {Labels} of - what was measured; no two cells of a case have the same labels
 * @property {Record<string, Figure | string | boolean | null>} figures - with their units in the names
 * @property {string} [failure] - why there is no figure
 * @property {Origin} [stored] - of a cell that was not run this time: the run that it is from
 *
 * @typedef {object} Ratio - within rounds of one run
 * @property {Labels} of - with the names of the two, `fast` and `slow`
 * @property {Figure} times - how many times faster
 * @property {Origin} [stored]
 *
 * @typedef {object} Target
 * @property {{ name: string }} of
 * @property {number} figure
 * @property {string} unit
 * @property {'at least' | 'at most' | 'below'} bound
 * @property {number} target
 * @property {boolean} met
 * @property {Origin} [stored]
 *
 * @typedef {{ cpu: string, family?: number, model?: number, cores: number, memory: string }} Machine
 * @typedef {{ machine: Machine, node: string, commit?: string, date: string }} Origin
 * @typedef {{ cells: Cell[], ratios?: Ratio[], targets?: Target[], results?: any }} Results - `results` as a case returned
 *   them that returned no cells
 * @typedef {{ schema: 1, name: string } & Origin & Required<Results>} Stored
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

export const RESULTS = new URL('./results/', import.meta.url);
const LISTS = /** @type {const} */ (['cells', 'ratios', 'targets']);

/** @returns {string | undefined} the commit that is measured, marked when files differ from it */
export function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, {
        encoding: 'utf8',
        cwd: fileURLToPath(new URL('..', import.meta.url)),
      }).trim();
    const changed = git('status', '--porcelain', '--', 'src', 'bench', ':!bench/results') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return undefined;
  }
}

/** Family and model tell generations apart that a cloud calls by one name. @returns {Machine} */
export function machine() {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const cpu = cpus()[0]?.model.trim() ?? 'unknown';
  const info = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  const number = (/** @type {string} */ name) => info.match(new RegExp(`^${name}\\s*: (\\d+)$`, 'm'))?.[1];
  const [family, model] = [number('cpu family'), number('model')];
  const generation =
    family === undefined || model === undefined ? {} : { family: Number(family), model: Number(model) };
  return { cpu, ...generation, cores: availableParallelism(), memory };
}

const isFigure = (/** @type {any} */ value) =>
  Number.isFinite(value) ||
  (['median', 'low', 'high', 'rounds'].every((name) => Number.isFinite(value?.[name])) &&
    value.low <= value.median &&
    value.median <= value.high);
const isLeaf = (/** @type {any} */ value) => value === null || typeof value !== 'object' || isFigure(value);

/**
 * What a case returned, as cells. Anything but `{ cells }` becomes one for each object in it that holds figures, with its
 * place and its texts as labels.
 * @param {any} results
 * @returns {Results}
 */
export function asResults(results) {
  if (Array.isArray(results.cells)) return results;
  /** @type {Cell[]} */
  const cells = [];
  /** @param {any} value @param {string} part */
  const visit = (value, part) => {
    const entries = Object.entries(value);
    const leaves = entries.filter(([, item]) => isLeaf(item) && item !== undefined);
    const texts = leaves.filter(([, item]) => typeof item === 'string');
    const figures = leaves.filter(([, item]) => typeof item !== 'string');
    if (figures.length > 0) {
      cells.push({ of: { part, ...Object.fromEntries(texts) }, figures: Object.fromEntries(figures) });
    }
    for (const [name, item] of entries) {
      if (!isLeaf(item)) visit(item, part === '' ? name : `${part}/${name}`);
    }
  };
  visit(results, '');
  return { cells, results };
}

/** @param {{ of: object }} item */
const keyOf = ({ of }) => JSON.stringify(of);

/**
 * The results of a run, and those stored before of what it left out, marked with where they are from.
 * @param {Origin & { name: string }} origin
 * @param {Results} results
 * @param {Stored | undefined} before
 * @returns {Stored}
 */
export function recordOf({ name, machine, node, commit, date }, results, before) {
  const record = { schema: /** @type {const} */ (1), name, machine, node, commit, date };
  const lists = LISTS.map((list) => {
    /** @type {any[]} */
    const items = results[list] ?? [];
    const keys = new Set(items.map(keyOf));
    const from = before && {
      machine: before.machine,
      node: before.node,
      commit: before.commit,
      date: before.date,
    };
    const kept = (before?.[list] ?? []).filter((item) => !keys.has(keyOf(item)));
    return [list, [...items, ...kept.map((item) => ({ ...item, stored: item.stored ?? from }))]];
  });
  const raw = results.results === undefined ? {} : { results: results.results };
  return { ...record, ...Object.fromEntries(lists), ...raw };
}

/**
 * What is wrong with a record, in words; empty if nothing is.
 * @param {any} record
 * @returns {string[]}
 */
export function problemsOf(record) {
  /** @type {string[]} */
  const problems = [];
  const demand = (/** @type {unknown} */ holds, /** @type {string} */ text) => {
    if (!holds) problems.push(text);
  };
  const checkOrigin = (/** @type {any} */ origin, /** @type {string} */ where) => {
    demand(typeof origin?.machine?.cpu === 'string', `${where}: no machine.cpu`);
    demand(Number.isInteger(origin?.machine?.cores), `${where}: no machine.cores`);
    demand(/^v\d+\.\d+\.\d+$/.test(origin?.node), `${where}: no version of Node`);
    demand(!Number.isNaN(Date.parse(origin?.date)), `${where}: no date`);
  };
  demand(record?.schema === 1, 'schema is not 1');
  demand(typeof record?.name === 'string', 'no name');
  checkOrigin(record, 'record');
  for (const list of LISTS) {
    if (!Array.isArray(record?.[list])) {
      problems.push(`${list} is no list`);
      continue;
    }
    const keys = record[list].map(keyOf);
    demand(new Set(keys).size === keys.length, `${list}: two with the same labels`);
    for (const item of record[list]) {
      const where = `${list} ${keyOf(item)}`;
      demand(Object.keys(item.of ?? {}).length > 0, `${where}: no labels`);
      if (item.stored !== undefined) checkOrigin(item.stored, where);
      if (list === 'cells') {
        demand(Object.values(item.figures ?? { none: {} }).every(isLeaf), `${where}: what is no figure`);
        demand(item.failure !== undefined || Object.keys(item.figures).length > 0, `${where}: empty`);
      } else if (list === 'ratios') demand(isFigure(item.times), `${where}: no ratio`);
      else demand(Number.isFinite(item.figure) && Number.isFinite(item.target), `${where}: no figure`);
    }
  }
  return problems;
}

/**
 * @param {string} name
 * @param {URL} [folder]
 * @returns {Stored | undefined}
 */
export function load(name, folder = RESULTS) {
  const file = new URL(`${name}.json`, folder);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * @param {Stored} record
 * @param {URL} folder
 * @returns {Promise<string>} where it is now
 */
export async function store(record, folder) {
  const problems = problemsOf(record);
  if (problems.length > 0) throw new Error(`These results cannot be stored. ${problems.join('. ')}`);
  await mkdir(folder, { recursive: true });
  const target = new URL(`${record.name}.json`, folder);
  const temporary = new URL(`${record.name}.json.partial`, folder);
  await writeFile(temporary, `${JSON.stringify(record, null, 2)}\n`);
  await rename(temporary, target);
  return fileURLToPath(target);
}
