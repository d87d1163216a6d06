// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emailDictionary, emailRules, wordList } from '../../../src/attack/index.js';
import { expectCode } from '../../suites/errors.js';

describe('a rules file', () => {
  it('gives patterns and lists with their weights, or by rank', () => {
    const text = `\ufeff# comment\r\n\r\n[patterns]\r\n{First}.{last}@{domain}\t3\n  {first:1}{last}@{domain} 0.5 \n[domain]\nCorp.example\nexample.org\n[last]\n`;
    expect(emailRules(text)).toEqual({
      patterns: [
        ['{first}.{last}@{domain}', 3],
        ['{first:1}{last}@{domain}', 0.5],
      ],
      lists: {
        domain: [
          ['corp.example', 1],
          ['example.org', 1 / 2],
        ],
        last: [],
      },
    });
    expect(emailRules('')).toEqual({ patterns: undefined, lists: {} });
  });

  it.each([
    ['a.example', 0, 'first heading'],
    ['[domain]\na.example b.example', 1, 'no entry'],
    ['[domain]\na.example -1', 1, 'no entry'],
    ['[domain]\na.example 0', 1, 'zero'],
    ['[domain]\na.example 1\n\nb.example', 3, 'weight'],
    ['[domain]\na.example\nb.example 2', 2, 'weight'],
    ['[domain]\na.example\n[domain]', 2, 'repeats'],
    ['[Domain]', 0, 'first heading'],
  ])('is refused with the number of the line: %j', async (text, position, reason) => {
    const error = await expectCode('bad-file', () => emailRules(text));
    expect(error.position).toBe(position);
    expect(error.message).toContain(`Line ${position + 1} `);
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('example ');
  });

  it('makes a dictionary of its own', () => {
    const rules = emailRules(`
[patterns]
{role}@{domain}                 4
{first:1}{last}-{team}@{domain} 1
[role]
info
sales
[team]
ops
[first]
Ada
[last]
Lovelace
[domain]
corp.example
`);
    const dictionary = emailDictionary({ rules });
    expect([...dictionary]).toEqual([
      'info@corp.example',
      'sales@corp.example',
      'alovelace-ops@corp.example',
    ]);
    const replaced = emailDictionary({
      rules,
      lists: { domain: ['example.net'] },
      patterns: ['{role}@{domain}'],
    });
    expect([...replaced]).toEqual(['info@example.net', 'sales@example.net']);
    expect([...emailDictionary({ rules, limit: 1 })]).toEqual(['info@corp.example']);
  });

  it('may leave out a list that a pattern of its own does not need, and no other', async () => {
    expect(emailDictionary({ rules: emailRules('[domain]\ncorp.example') }).at(0)).toMatch(/@corp\.example$/);
    const rules = emailRules('[patterns]\n{team}@{domain}');
    await expectCode('argument', () => emailDictionary({ rules }));
  });

  it('is in the documentation as an example that can be read', () => {
    const document = readFileSync(new URL('../../../docs/dictionary-attack.md', import.meta.url), 'utf8');
    const [, example] = /```ini\n(.*?)```/s.exec(document) ?? [];
    const rules = emailRules(example!);
    expect(rules.patterns!.length).toBeGreaterThan(1);
    expect(emailDictionary({ rules }).size).toBeGreaterThan(100);
  });
});

describe('a word list', () => {
  it('has a word a line, in lower case', () => {
    expect(wordList('\ufeffInfo\r\n\n sales \rceo@Corp.example')).toEqual([
      'info',
      'sales',
      'ceo@corp.example',
    ]);
  });
});
