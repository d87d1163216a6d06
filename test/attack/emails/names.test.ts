// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DOMAINS, NUMBERS, PATTERNS } from '../../../src/attack/emails/defaults.js';
import { firstNames, lastNames } from '../../../src/attack/emails/names.js';
import { normalizeEmail } from '../../../src/identifiers/index.js';

const { moduleText } = (await import(
  new URL('../../../src/attack/emails/build.js', import.meta.url).href
)) as { moduleText: () => string };

describe('the built-in lists', () => {
  it('of names are what the build makes of its sources', () => {
    const file = new URL('../../../src/attack/emails/names.generated.ts', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(moduleText());
  });

  it.each([
    ['james', firstNames, 0.03318],
    ['robert', firstNames, 0.03143],
    ['mary', firstNames, 0.02629],
    ['linda', firstNames, 0.01035],
    ['smith', lastNames, 0.01006],
    ['taylor', lastNames, 0.00311],
  ] as const)('give %s about the share that the census of 1990 publishes', (name, list, published) => {
    const items = list();
    const total = items.reduce((sum, [, weight]) => sum + weight, 0);
    const weight = items.reduce((sum, [text, weight]) => (text === name ? sum + weight : sum), 0);
    // First names are of men and women alike, and the census gives the shares of each.
    const share = (weight / total) * (list === firstNames ? 2 : 1);
    expect(share / published).toBeGreaterThan(0.5);
    expect(share / published).toBeLessThan(2.2);
  });

  it('are as long as the documentation says', () => {
    const document = readFileSync(new URL('../../../docs/dictionary-attack.md', import.meta.url), 'utf8');
    const count = (list: readonly (readonly [string, number])[]): string =>
      new Set(list.map(([text]) => text)).size.toLocaleString('en-US');
    expect(document).toContain(
      `${count(firstNames())} first names and the ${count(lastNames())} commonest surnames`,
    );
    expect(DOMAINS).toHaveLength(30);
    expect(document).toContain('thirty providers');
  });

  it('hold nothing twice, and nothing that a normaliser would change', () => {
    for (const list of [DOMAINS, PATTERNS, NUMBERS]) {
      const doubled = list.map(([text]) => text).filter((text, i, all) => all.indexOf(text) !== i);
      expect(doubled.filter((text) => !/^\d+$/.test(text))).toEqual([]);
      expect(list.every(([, weight]) => weight > 0)).toBe(true);
    }
    for (const [domain] of DOMAINS) expect(normalizeEmail(`ada@${domain}`)).toBe(`ada@${domain}`);
  });
});
