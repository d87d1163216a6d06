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
      ({ name, documentation }) => `| \`${name}\` | ${firstSentence(documentation).replaceAll('|', '\\|')} |`,
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

describe('a public name', () => {
  const homes = names.filter(({ subpath }) => subpath !== 'veilmatch');
  /** Of what is named more than once by this key. */
  const repeated = (key: (name: PublicName) => string): string[] => {
    const keys = homes.map(key);
    return homes.filter((_, i) => keys.indexOf(keys[i]!) !== i).map(({ name }) => name);
  };

  it('is of one subpath, and of one thing', () => {
    expect(repeated(({ name }) => name)).toEqual([]);
    expect(repeated(({ declaration }) => declaration)).toEqual([]);
  });

  it('in veilmatch is the same as in its subpath', () => {
    const known = new Set(homes.map(({ name, declaration }) => `${name} ${declaration}`));
    const own = names.filter(({ subpath }) => subpath === 'veilmatch');
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter(({ name, declaration }) => !known.has(`${name} ${declaration}`))).toEqual([]);
  });
});

describe('the first sentence', () => {
  it.each([
    ['One. Two.', 'One.'],
    [
      'One of RFC 9496, section 4.3.1, in\nlines: more. `Two`',
      'One of RFC 9496, section 4.3.1, in lines: more.',
    ],
    ['No full stop', 'No full stop'],
    ['', ''],
  ])('of %j', (documentation, sentence) => {
    expect(firstSentence(documentation)).toBe(sentence);
  });
});
