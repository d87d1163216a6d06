// SPDX-License-Identifier: Apache-2.0
/** Reading stored results: what the plots, the documents and the report have in common. */

import { load } from './record.js';

/** @typedef {import('./record.js').Cell} Cell */
/** @typedef {import('./record.js').Figure} Figure */

/** @param {any} figure @returns {number} */
export const middle = (figure) => figure?.median ?? figure;

/** @param {{ of: any }} item @param {object} labels */
const has = ({ of }, labels) => Object.entries(labels).every(([name, value]) => of[name] === value);

/** The stored results of a case. */
export class Stored {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.record = load(name);
  }

  /** @param {object} [labels] @returns {Cell[]} those with these labels, without failures */
  cells(labels = {}) {
    return (this.record?.cells ?? []).filter((cell) => cell.failure === undefined && has(cell, labels));
  }

  /** @param {object} [labels] */
  failures(labels = {}) {
    return (this.record?.cells ?? []).filter((cell) => cell.failure !== undefined && has(cell, labels));
  }

  /** @param {object} labels @param {string} figure @returns {any} the figure of the only such cell */
  figure(labels, figure) {
    return this.cells(labels)[0]?.figures[figure];
  }

  /** @param {object} [labels] */
  ratios(labels = {}) {
    return (this.record?.ratios ?? []).filter((ratio) => has(ratio, labels));
  }
}

/** Three digits, and thousands apart: `12,300`, `1.23`. @param {number} value */
export function short(value) {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** Median and spread: `1.23 (1.2 to 1.3)`. @param {any} figure */
export function spreadText(figure) {
  if (figure === undefined) return '-';
  if (typeof figure === 'number') return short(figure);
  return figure.rounds < 2
    ? short(figure.median)
    : `${short(figure.median)} (${short(figure.low)} to ${short(figure.high)})`;
}

/** Where a record is from, in a line. @param {import('./record.js').Origin | undefined} origin */
export function originText(origin) {
  if (origin === undefined) return 'not measured yet';
  const { machine, node, commit, date } = origin;
  const generation = machine.family === undefined ? '' : ` family ${machine.family} model ${machine.model}`;
  return `${machine.cpu}${generation}, ${machine.cores} cores, Node ${node.slice(1)}, commit ${commit ?? 'unknown'}, ${date.slice(0, 10)}`;
}

/** A table in Markdown. @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
