// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { IDS, JOIN_IDS_FRAMES } from '../../src/psi/join-ids/frames.js';
import { bodyOf, decodeFrame, dueFrame, encodeFrame, FINISH, HELLO } from '../../src/psi/run/frames.js';
import { ASKING_FRAMES } from '../../src/psi/shuffled/frames.js';
import { expectCode } from '../suites/errors.js';
import { FRAME_TYPES } from '../support/frame-types.js';

describe('the frames of all protocols', () => {
  it('have a type and a name each, which no other has', () => {
    for (const of of ['type', 'name'] as const) {
      expect(new Set(FRAME_TYPES.map((each) => each[of])).size).toBe(FRAME_TYPES.length);
    }
  });

  it('are those of the specification', () => {
    const text = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
    // Contact discovery, which comes last, has other frames.
    const psi = text.slice(0, text.indexOf('veilmatch-filter'));
    const rows = [...psi.matchAll(/^\| (\d+) \| ([A-Z][A-Za-z]+) \| (?:R|S|both) \|/gm)];
    const specified = new Map(rows.map(([, type, name]) => [Number(type), name]));
    const ours = FRAME_TYPES.map(({ type, name }) => [type, name[0]!.toUpperCase() + name.slice(1)] as const);
    expect(new Map([...specified].sort())).toEqual(new Map([...ours].sort()));
  });

  it('are refused where the run has no such type, and where another one is due', async () => {
    const ids = encodeFrame(IDS, Uint8Array.of(1, 2));
    expect(decodeFrame(ids, JOIN_IDS_FRAMES)).toEqual({ name: 'ids', body: Uint8Array.of(1, 2) });
    expect(bodyOf(ids, IDS)).toEqual(Uint8Array.of(1, 2));
    await expectCode('bad-message', () => decodeFrame(ids, ASKING_FRAMES));
    await expectCode('bad-message', () => bodyOf(ids, HELLO));
    await expectCode('bad-message', () => decodeFrame(new Uint8Array(), JOIN_IDS_FRAMES));
    await expectCode('unexpected-message', () => dueFrame(ids, JOIN_IDS_FRAMES, FINISH));
  });
});
