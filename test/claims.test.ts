// SPDX-License-Identifier: Apache-2.0
/** The table of claims in docs/threat-model.md: every mode, against every party, and for each cell tests that there are. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');

const MODES = [
  'intersection',
  'cardinality',
  'sum to the receiver',
  'sum to the sender',
  'join ids',
  'people',
  'to both, ordered',
  'to both, shuffled',
  'verifiable',
  'contact discovery',
  'oprf',
];
const AGAINST = ['receiver, passive', 'receiver, deviating', 'sender, passive', 'sender, deviating'];

interface Claim {
  readonly cell: string;
  readonly hidden: string;
  readonly told: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/** The rows of the table under this heading. */
function claimsIn(document: string): Claim[] {
  const section = document.split('\n## Every claim, case by case\n')[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| ') && line.includes('`test/'));
  return rows.map((line) => {
    const [mode, against, hidden, told, tests] = line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim());
    return {
      cell: `${mode}; ${against}`,
      hidden: hidden ?? '',
      told: told ?? '',
      tests: [...(tests ?? '').matchAll(/`([^`]+)` "([^"]+)"(?:; |$)/g)].map(([, file, title]) => ({
        file: file!,
        title: title!,
      })),
    };
  });
}

/** The titles of the tests in a source: the first argument of `it`, `test` and what is called of them. */
function titlesIn(source: string): Set<string> {
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [title] = node.arguments;
      const called = /^(it|test)\b/.test(node.expression.getText());
      if (called && title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('test.ts', source, ts.ScriptTarget.Latest, true));
  return titles;
}

function missing({ file, title }: { file: string; title: string }): string[] {
  if (!existsSync(join(root, file))) return [`${file}: no such file`];
  return titlesIn(readFileSync(join(root, file), 'utf8')).has(title) ? [] : [`${file}: no test "${title}"`];
}

describe('the table of claims', () => {
  const claims = claimsIn(text);

  it('has every mode against every party, once', () => {
    const cells = MODES.flatMap((mode) => AGAINST.map((against) => `${mode}; ${against}`));
    expect(claims.map(({ cell }) => cell).sort()).toEqual(cells.sort());
  });

  it('says of each what is hidden, and what a break or a time tells', () => {
    for (const { cell, hidden, told } of claims)
      expect({ cell, said: hidden !== '' && told !== '' }).toEqual({ cell, said: true });
  });

  it.each(claims)('names tests that there are: $cell', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.flatMap(missing)).toEqual([]);
  });

  it('would not name a test that there is not', () => {
    const file = 'test/claims.test.ts';
    expect(missing({ file, title: 'would not name a test that there is not' })).toEqual([]);
    expect(missing({ file, title: 'the table of claims' })).toHaveLength(1);
    expect(missing({ file: 'test/no-such.test.ts', title: 'anything' })).toHaveLength(1);
  });
});
