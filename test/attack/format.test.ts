// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { checkFormat, commonFormats, templateOf } from '../../src/attack/format.js';
import { type NumberFormat, numberingPlan, reverse } from '../../src/attack/index.js';
import { fromUtf8 } from '../../src/bytes.js';
import { reversiblePlain } from '../../src/hashing/index.js';
import { expectCode } from '../suites/errors.js';

describe('templateOf', () => {
  it.each([
    ['e164', '+1##########'],
    ['digits', '1##########'],
    ['national', '##########'],
    ['(###) ###-####', '(###) ###-####'],
    ['0 ### ###-####', '0 ### ###-####'],
    ['n° ##########', 'n° ##########'],
  ] as const)('%s', (format, expected) => {
    const template = templateOf(format, '1', 10)!;
    expect(fromUtf8(template.bytes)).toBe(expected);
    expect(template.digits.length).toBe(10);
    expect(template.digits.every((offset) => template.bytes[offset] === 0x23)).toBe(true);
  });

  it('is none where a mask has more or fewer places than the number digits', () => {
    expect(templateOf('###-####', '1', 10)).toBe(undefined);
    expect(templateOf('###-###-#####', '1', 10)).toBe(undefined);
  });
});

describe('format', () => {
  const plan = numberingPlan('US', { areaCodes: ['41555501'] });
  const number = plan.at(23);

  it.each([
    ['e164', '+14155550123'],
    ['digits', '14155550123'],
    ['national', '4155550123'],
    ['###-###-####', '415-555-0123'],
    ['(###) ###-####', '(415) 555-0123'],
    ['+1 ###.###.####', '+1 415.555.0123'],
  ] as const)('%s', async (format, text) => {
    const token = reversiblePlain().token(text);
    const reversal = reverse([token], { plan, format, concurrency: 1 });
    const found = [];
    for await (const recovered of reversal) found.push(recovered);
    expect(found).toEqual([{ token, identifier: number, format, accident: undefined }]);
    expect((await reversal.summary).candidates).toBe(100);
  });

  it('auto tries the common ones, says which it was, and looks for each token until it is found', async () => {
    const texts = { e164: 9, national: 5, '(###) ###-####': 3, '1-###-###-####': 1 };
    const expected: Record<string, string> = {};
    const tokens: string[] = [];
    for (const [format, count] of Object.entries(texts)) {
      for (let i = 0; i < count; i++) {
        const { bytes, digits } = templateOf(format as NumberFormat, '1', 10)!;
        const identifier = plan.at(count * 7 + i);
        for (const [j, offset] of digits.entries()) bytes[offset] = identifier.charCodeAt(2 + j);
        const token = reversiblePlain().token(fromUtf8(bytes));
        expected[token] = `${identifier} ${format}`;
        tokens.push(token);
      }
    }
    const progress: number[][] = [];
    const reversal = reverse([...tokens, reversiblePlain().token('nobody')], {
      plan,
      format: 'auto',
      accident: 'none',
      concurrency: 1,
      onProgress: (done, total) => progress.push([done, total]),
    });
    const found: Record<string, string> = {};
    for await (const { token, identifier, format } of reversal) found[token] = `${identifier} ${format}`;
    expect(found).toEqual(expected);
    const formats = commonFormats(plan).length;
    expect(await reversal.summary).toMatchObject({
      recovered: tokens.length,
      candidates: formats * plan.size,
    });
    expect(progress).toEqual(
      Array.from({ length: formats }, (_, i) => [(i + 1) * plan.size, formats * plan.size]),
    );
  });

  it('auto stops when everything is found', async () => {
    const reversal = reverse([reversiblePlain().token(number)], { plan, format: 'auto', concurrency: 1 });
    expect((await reversal.summary).candidates).toBe(plan.size);
  });

  it('the common formats of a country have its trunk prefix and its lengths', () => {
    expect(commonFormats(numberingPlan('DE', { types: ['MOBILE'], areaCodes: ['151'] }))).toEqual([
      'e164',
      'digits',
      'national',
      '0###########',
      '0049###########',
      '+49 ###########',
      '+49 #### #######',
      '0#### #######',
      '+490###########',
      '490###########',
      '+###########',
    ]);
    expect(commonFormats(numberingPlan('NU', { areaCodes: ['4'] }))).toContain('00683####');
    expect(commonFormats(undefined)).toEqual(['e164', 'digits', 'national']);
  });

  it('counts the numbers that fit a mask alone', async () => {
    const mixed = numberingPlan('AT', { areaCodes: ['66412'], types: ['MOBILE'] });
    const fitting = mixed.lengths.find(({ digits }) => digits === 7)!;
    const tokens = [reversiblePlain().token('x')];
    const { summary } = reverse(tokens, { plan: mixed, format: '### ####', concurrency: 1 });
    expect((await summary).candidates).toBe(fitting.to - fitting.from);
  });

  it.each(['', 'e146', 'E164', 'toString', '415-555-0123'])('refuses what is none: %s', async (format) => {
    await expectCode('argument', () => checkFormat(format));
    await expectCode('argument', () => reverse([], { plan, format: format as NumberFormat }));
  });

  it('refuses a mask that fits no number of the plan', async () => {
    await expectCode('argument', () => reverse([], { plan, format: '###-####' }));
  });
});
