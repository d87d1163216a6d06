// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { finishTexts } from '../../src/identifiers/row-texts.js';

describe('the texts of a column', () => {
  it('are finished each by itself where a cell holds several, and a cell without one is left', () => {
    const cells = ['+14155550123', '', 'ada@example.org;bob@example.org'];
    finishTexts(cells, (text) => `<${text}>`);
    expect(cells).toEqual(['<+14155550123>', '', '<ada@example.org>;<bob@example.org>']);
  });
});
