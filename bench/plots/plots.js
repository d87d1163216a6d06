// SPDX-License-Identifier: Apache-2.0
/** What is drawn: each plot as a name, a text in place of the picture, and a vega-lite specification. */

import { protocols } from 'veilmatch/compare';
import { middle, Stored, short } from '../cells.js';
import { series, THEMES } from './style.js';

/** @typedef {import('./style.js').Theme} Theme */
/**
 * @typedef {object} Plot
 * @property {string} name
 * @property {string} title
 * @property {string[]} from - the cases whose results it shows
 * @property {string} alt
 * @property {(theme: Theme) => object} spec
 */

/** Of the part within the axes. With a legend or labels beside it a picture stays below 850, what a README shows. */
const WIDTH = 560;
const log10 = { type: 'log', base: 10 };

/** The powers of ten around these values, for an axis without a crowd of lines. @param {readonly number[]} values */
function decades(values) {
  const logs = values.map(Math.log10);
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
}

/** @param {readonly number[]} values */
const onDecades = (values) => {
  const ticks = decades(values);
  return {
    scale: { ...log10, domain: [ticks[0], ticks.at(-1)] },
    axis: { values: ticks, labelExpr: "format(datum.value, datum.value < 1e3 ? '~g' : '~s')" },
  };
};

/**
 * Lines with points over the size of the sets, both axes logarithmic.
 * @param {{ name: string, size: number, y: number }[]} values
 * @param {string} unit
 * @param {Theme} theme
 * @param {boolean} [logarithmic]
 */
function overSizes(values, unit, theme, logarithmic = true) {
  const names = [...new Set(values.map(({ name }) => name))];
  const { color, shape, strokeDash } = series(names, theme);
  const sizes = [...new Set(values.map(({ size }) => size))].sort((a, b) => a - b);
  const x = {
    field: 'size',
    type: 'quantitative',
    scale: log10,
    title: 'elements on each side',
    axis: { values: sizes, format: '~s' },
  };
  const y = {
    field: 'y',
    type: 'quantitative',
    title: unit,
    ...(logarithmic ? onDecades(values.map((value) => value.y)) : { scale: { zero: true } }),
  };
  return {
    width: WIDTH,
    height: 360,
    data: { values },
    layer: [
      {
        mark: { type: 'line', strokeWidth: 2 },
        encoding: { x, y, color, strokeDash },
      },
      { mark: { type: 'point', size: 80, filled: true, opacity: 1 }, encoding: { x, y, color, shape } },
    ],
  };
}

/** @param {string} figure @param {(cell: import('../cells.js').Cell, value: number) => number} scale */
function sizesOf(figure, scale) {
  const own = new Stored('protocols')
    .cells({ part: 'size' })
    .map((cell) => ({ name: String(cell.of.protocol), cell }));
  const peers = new Stored('peers')
    .cells({ work: 'intersection', threads: 1 })
    .filter(({ of }) => of.name !== 'veilmatch')
    .map((cell) => ({ name: String(cell.of.name), cell }));
  return [...own, ...peers]
    .map(({ name, cell }) => ({
      name,
      size: Number(cell.of.size),
      y: scale(cell, middle(cell.figures[figure])),
    }))
    .filter(({ y }) => y > 0);
}

const timeValues = () => sizesOf('seconds', (_, value) => value);
const byteValues = () => [
  ...sizesOf('bytes', (cell, value) => value / Number(cell.of.size)),
  ...sizesOf('bytesPerElement', (_, value) => value),
];

/** Hashers by speed: the rates of the case `reversal`, one core, SHA-256. */
function raceValues() {
  const reversal = new Stored('reversal');
  const rates = reversal
    .cells()
    .find(({ of }) => String(of.part).startsWith('node24/oneCore/0/megahashesPerSecond'));
  const names = /** @type {Record<string, string>} */ ({
    reverse: 'veilmatch reverse',
    cryptoHash: 'node:crypto hash()',
    createHash: 'node:crypto createHash()',
    hashWasm: 'hash-wasm',
    noble: '@noble/hashes',
  });
  const ours = Object.entries(rates?.figures ?? {})
    .filter(([name]) => names[name] !== undefined)
    .map(([name, figure]) => ({ name: names[name] ?? name, y: middle(figure) }));
  const hashcat = reversal
    .cells()
    .find(({ of }) => /^node24\/hashcat\/oneThread\/0\/hashcat/.test(String(of.part)));
  const best = Object.values(hashcat?.figures ?? {}).map(middle);
  if (best.length > 0) ours.push({ name: 'hashcat, its best mode', y: Math.max(...best) });
  return ours.sort((a, b) => b.y - a.y);
}

/** @param {Theme} theme */
function raceSpec(theme) {
  const values = raceValues();
  const y = {
    field: 'name',
    type: 'nominal',
    sort: values.map(({ name }) => name),
    title: null,
    axis: { labelLimit: 400 },
  };
  const x = {
    field: 'y',
    type: 'quantitative',
    title: 'million hashes a second, one core',
    scale: { domainMax: 1.15 * (values[0]?.y ?? 1) },
  };
  const [own, other] = THEMES[theme].colours;
  return {
    width: WIDTH - 60,
    height: 30 * values.length,
    data: {
      values: values.map((value) => ({
        ...value,
        own: value.name.startsWith('veilmatch'),
        label: short(value.y),
      })),
    },
    layer: [
      {
        mark: { type: 'bar', height: 18, strokeWidth: 2 },
        encoding: {
          x,
          y,
          // Ours is filled, the others are outlines.
          fill: { condition: { test: 'datum.own', value: own }, value: 'transparent' },
          stroke: { condition: { test: 'datum.own', value: own }, value: other },
        },
      },
      { mark: { type: 'text', align: 'left', dx: 6 }, encoding: { x, y, text: { field: 'label' } } },
    ],
  };
}

const SEES = /** @type {const} */ (['receiver', 'sender', 'outsider', 'enumerating']);
const COLUMNS = {
  receiver: 'receiver, offline',
  sender: 'sender, offline',
  outsider: 'reader of the line',
  enumerating: 'invented list',
};
const DEGREES = {
  all: 'the whole list',
  asked: 'what it asks for',
  sizes: 'sizes only',
  nothing: 'nothing',
};
const MARKS = { all: '●', asked: '◐', sizes: '○', nothing: '–' };

/** In which degree a statement of what somebody learns gives the list away. @param {string} text */
export function degreeOf(text) {
  if (/whole list/.test(text)) return 'all';
  if (/^Whether the (sender|publisher) has an identifier/.test(text)) return 'asked';
  if (/^Nothing: the receiver sends nothing/.test(text)) return 'nothing';
  // Sizes, kinds, and which tokens come back: nothing that can be tried offline.
  if (/^Nothing|^How many tokens|^The sizes of both lists, and which identifiers come back/.test(text))
    return 'sizes';
  throw new Error(`The plot does not know where this belongs: ${text}`);
}

function matrixValues() {
  return protocols.flatMap(({ id, leakage }) =>
    SEES.map((who) => {
      const degree = degreeOf(leakage[who]);
      return {
        protocol: id,
        who: COLUMNS[who],
        degree: DEGREES[degree],
        text: `${MARKS[degree]} ${DEGREES[degree]}`,
        rank: degree,
      };
    }),
  );
}

/** @param {Theme} theme */
function matrixSpec(theme) {
  const values = matrixValues();
  const ids = protocols.map(({ id }) => id);
  const fills =
    theme === 'light'
      ? ['#f4b183', '#fbe3c0', '#e4eef7', '#f6f8fa']
      : ['#8a3b12', '#5c4a1c', '#16314a', '#161b22'];
  const axis = { labelLimit: 400, labelAngle: 0, orient: 'top', domain: false, ticks: false };
  return {
    width: WIDTH,
    height: 34 * ids.length,
    data: { values },
    encoding: {
      x: { field: 'who', type: 'nominal', sort: Object.values(COLUMNS), title: null, axis },
      y: {
        field: 'protocol',
        type: 'nominal',
        sort: ids,
        title: null,
        axis: { labelLimit: 400, domain: false, ticks: false },
      },
    },
    layer: [
      {
        mark: { type: 'rect', stroke: THEMES[theme].background, strokeWidth: 3 },
        encoding: {
          fill: {
            field: 'rank',
            type: 'nominal',
            scale: { domain: Object.keys(DEGREES), range: fills },
            legend: null,
          },
        },
      },
      { mark: { type: 'text', fontSize: 12.5 }, encoding: { text: { field: 'text' } } },
    ],
  };
}

const costValues = () =>
  new Stored('protocols').cells({ part: 'cost' }).map(({ of, figures }) => ({
    name: String(of.scheme),
    match: middle(figures.matchSecondsPerMillion),
    reverse: middle(figures.reversePlanCoreHours),
  }));

/** @param {Theme} theme */
function costSpec(theme) {
  const values = costValues();
  const names = values.map(({ name }) => name);
  const { color, shape } = series(names, theme);
  return {
    width: WIDTH,
    height: 340,
    data: { values },
    mark: { type: 'point', size: 190, filled: true, opacity: 0.95 },
    encoding: {
      x: {
        field: 'match',
        type: 'quantitative',
        title: 'seconds to hash a million rows, one core',
        ...onDecades(values.map(({ match }) => match)),
      },
      y: {
        field: 'reverse',
        type: 'quantitative',
        title: 'core hours to try every US number',
        ...onDecades(values.map(({ reverse }) => reverse)),
      },
      color,
      shape,
    },
  };
}

/** @param {{ name: string, size: number, y: number }[]} values @param {string} unit */
const largestTexts = (values, unit) =>
  [...new Set(values.map(({ name }) => name))]
    .map((name) => values.filter((value) => value.name === name).sort((a, b) => b.size - a.size)[0])
    .map((last) => `${last?.name} ${short(last?.y ?? 0)} ${unit} at ${last?.size.toLocaleString('en-US')}`)
    .join('; ');

/** @type {readonly Plot[]} */
export const plots = [
  {
    name: 'time',
    title: 'Time to match two lists of the same size, one thread',
    from: ['protocols', 'peers'],
    get alt() {
      return `Time against set size, both axes logarithmic. ${largestTexts(timeValues(), 's')}.`;
    },
    spec: (theme) => overSizes(timeValues(), 'seconds, both parties', theme),
  },
  {
    name: 'bytes',
    title: 'Bytes sent for each element of a list',
    from: ['protocols', 'peers'],
    get alt() {
      return `Bytes for each element against set size. ${largestTexts(byteValues(), 'bytes')}.`;
    },
    spec: (theme) => overSizes(byteValues(), 'bytes an element, both ways', theme, false),
  },
  {
    name: 'race',
    title: 'Reversing SHA-256 of telephone numbers',
    from: ['reversal'],
    get alt() {
      return `Million SHA-256 hashes of telephone numbers a second on one core: ${raceValues()
        .map(({ name, y }) => `${name} ${short(y)}`)
        .join('; ')}.`;
    },
    spec: raceSpec,
  },
  {
    name: 'leakage',
    title: 'What the other side learns beyond the result',
    from: [],
    get alt() {
      return `What is learnt of a list beyond the result: ${protocols
        .map(
          ({ id, leakage }) =>
            `${id}: ${SEES.map((who) => `${COLUMNS[who]}: ${DEGREES[degreeOf(leakage[who])]}`).join(', ')}`,
        )
        .join('; ')}.`;
    },
    spec: matrixSpec,
  },
  {
    name: 'cost',
    title: 'What hashing costs those who match and those who reverse',
    from: ['protocols'],
    get alt() {
      return `Cost to match against cost to reverse: ${costValues()
        .map(
          ({ name, match, reverse }) =>
            `${name} ${short(match)} s for a million rows, ${short(reverse)} core hours for every US number`,
        )
        .join('; ')}.`;
    },
    spec: costSpec,
  },
];
