// SPDX-License-Identifier: Apache-2.0
/** How the plots look, in light and in dark: colours that colour-blind readers tell apart, and shapes and dashes besides. */

/** Okabe and Ito's palette, darkened or lightened where it would be faint on the background. */
export const THEMES = {
  light: {
    background: '#ffffff',
    ink: '#1f2328',
    grid: '#d8dee4',
    colours: [
      '#0072b2',
      '#d55e00',
      '#00795a',
      '#b3478a',
      '#8a6d00',
      '#555555',
      '#3a87c8',
      '#000000',
      '#a33b20',
      '#5b3fa0',
    ],
  },
  dark: {
    background: '#0d1117',
    ink: '#e6edf3',
    grid: '#30363d',
    colours: [
      '#56b4e9',
      '#ff9a4d',
      '#2fcf9f',
      '#e39bc5',
      '#e6c84f',
      '#b0b8c0',
      '#9dd3ff',
      '#ffffff',
      '#ff8f75',
      '#b9a4ff',
    ],
  },
};
/** @typedef {keyof typeof THEMES} Theme */

/** Lists of different lengths: no two of many names have the same colour, shape and dash. */
const SHAPES = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down', 'triangle-right'];
const DASHES = [
  [1, 0],
  [7, 3],
  [2, 3],
  [9, 3, 2, 3],
];

/** @param {Theme} theme */
export function config(theme) {
  const { background, ink, grid } = THEMES[theme];
  const text = { labelColor: ink, titleColor: ink };
  return {
    background,
    padding: 14,
    font: 'Helvetica, Arial, sans-serif',
    title: {
      color: ink,
      fontSize: 17,
      anchor: 'start',
      subtitleColor: ink,
      subtitleFontSize: 13,
      offset: 14,
    },
    axis: {
      ...text,
      gridColor: grid,
      domainColor: ink,
      tickColor: ink,
      labelFontSize: 13,
      titleFontSize: 13,
      titleFontWeight: 'normal',
    },
    legend: {
      ...text,
      labelFontSize: 13,
      titleFontSize: 13,
      symbolSize: 110,
      labelLimit: 260,
      symbolStrokeWidth: 0,
    },
    text: { color: ink, fontSize: 13 },
    view: { stroke: null },
  };
}

/**
 * Names with a colour, a shape and a dash each.
 * @param {readonly string[]} names
 * @param {Theme} theme
 */
export function series(names, theme) {
  const take = (/** @type {readonly any[]} */ list) => names.map((_, i) => list[i % list.length]);
  const field = { field: 'name', type: 'nominal', sort: names, title: null };
  return {
    color: { ...field, scale: { domain: names, range: take(THEMES[theme].colours) } },
    shape: { ...field, scale: { domain: names, range: take(SHAPES) } },
    strokeDash: { ...field, scale: { domain: names, range: take(DASHES) } },
  };
}
