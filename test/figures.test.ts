// SPDX-License-Identifier: Apache-2.0
/** Figures in the documents are those of the stored results, and the plots are drawn from them. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Plot {
  readonly name: string;
  readonly from: readonly string[];
  readonly alt: string;
}

const bench = new URL('../bench/', import.meta.url);
// Not a static path: the benches are JavaScript, and read the built package by its name.
const load = async (path: string) => import(new URL(path, bench).href);

describe('the documents', async () => {
  const { documents, filled } = await load('documents.js');
  const paths: URL[] = await documents();

  it.each(paths.map((path) => [path.pathname.split('/').at(-1)!, path] as const))(
    '%s holds the figures of bench/results',
    (_, path) => {
      const text = readFileSync(path, 'utf8');
      expect(text).toBe(filled(text));
    },
  );

  it('hold some', () => {
    const texts = paths.map((path) => readFileSync(path, 'utf8')).join('\n');
    for (const name of ['targets', 'growth', 'phases', 'billion', 'timing']) {
      expect(texts).toContain(`<!-- figures: ${name} -->`);
    }
  });

  it('name no figures that do not exist', () => {
    expect(() => filled('<!-- figures: no-such -->\n<!-- /figures -->')).toThrow(/no figures named no-such/);
  });

  it('are found out when a figure was changed by hand', () => {
    const text = readFileSync(new URL('../docs/performance.md', import.meta.url), 'utf8');
    const changed = text.replace(/(<!-- figures: targets -->[\s\S]*?)(\d)/, '$1 $2');
    expect(changed).not.toBe(text);
    expect(filled(changed)).toBe(text);
  });
});

describe('the plots', async () => {
  const { plots } = (await load('plots/plots.js')) as { plots: readonly Plot[] };
  const { fingerprint } = await load('plots/draw.js');

  const pictures = plots.flatMap((plot) =>
    ['light', 'dark'].map((theme) => [plot.name, theme, plot] as const),
  );
  it.each(pictures)('%s, %s, is up to date and says in words what it shows', (name, theme, plot) => {
    const file = new URL(`../docs/plots/${name}-${theme}.svg`, import.meta.url);
    expect(existsSync(file)).toBe(true);
    const svg = readFileSync(file, 'utf8');
    expect(svg).toContain(`fingerprint ${fingerprint(plot, theme)}`);
    expect(svg).toMatch(
      /^<svg role="img" aria-labelledby="[\w-]+" [^>]*><title id="[\w-]+">[^<]{60,}<\/title>/,
    );
    for (const from of plot.from) {
      const { commit } = JSON.parse(readFileSync(new URL(`results/${from}.json`, bench), 'utf8'));
      expect(svg).toContain(`commit ${commit}`);
    }
  });

  it('are in the report too', () => {
    const report = readFileSync(new URL('report.html', bench), 'utf8');
    for (const [, theme, plot] of pictures)
      expect(report).toContain(`fingerprint ${fingerprint(plot, theme)}`);
    expect(report).not.toMatch(/(?:src|href)="(?!#)/);
  });
});
