// SPDX-License-Identifier: Apache-2.0
/**
 * The page of all public names is made from the sources; each name has one subpath, and each function an example that runs.
 * `npm run names` makes the page anew.
 */

import { describe, expect, it } from 'vitest';
import { firstSentence, type Kind, type PublicName, publicNames } from './support/public-names.js';

const names = publicNames();
const subpaths = [...new Set(names.map(({ subpath }) => subpath))];

const TITLES: Readonly<Record<Kind, string>> = {
  function: 'functions',
  class: 'classes',
  value: 'values',
  type: 'types',
};

function tableOf(own: readonly PublicName[], kind: Kind): string[] {
  const rows = own.filter((name) => name.kind === kind);
  if (rows.length === 0) return [];
  return [
    '',
    `| ${TITLES[kind]} | |`,
    '|---|---|',
    ...rows.map(
      ({ name, documentation }) =>
        `| \`${name}\` | ${firstSentence(documentation).replaceAll('|', '\\|')} |`,
    ),
  ];
}

function page(): string {
  const lines = [
    '# Names',
    '',
    'Every public name, by subpath: what its docstring begins with. Made from the types by `npm run names`; a test compares. What is',
    'in `veilmatch` is also in the subpath it comes from, all else is in one subpath alone.',
  ];
  for (const subpath of subpaths) {
    const own = names.filter((name) => name.subpath === subpath);
    lines.push('', `## ${subpath}`);
    for (const kind of Object.keys(TITLES) as Kind[]) lines.push(...tableOf(own, kind));
  }
  return `${lines.join('\n')}\n`;
}

describe('the page of names', () => {
  it('has a line for every public name', async () => {
    await expect(page()).toMatchFileSnapshot('../docs/names.md');
  });

  it('says something of each', () => {
    expect(names.filter(({ documentation }) => documentation === '').map(({ name }) => name)).toEqual([]);
  });
});
