// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANNOUNCE_EVERY, Announcer } from '../../examples/browser/src/announcer.js';

/** A live region that remembers what it said and when. */
class Region {
  readonly said: [number, string][] = [];
  get textContent(): string {
    return this.said.at(-1)?.[1] ?? '';
  }
  set textContent(text: string) {
    this.said.push([performance.now(), text]);
  }
}

describe('an announcer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('says the latest every five seconds, however often there is something new', () => {
    const region = new Region();
    const announcer = new Announcer(region);
    const started = performance.now();
    for (let i = 0; i <= 1200; i++) {
      announcer.say(`${i}`);
      vi.advanceTimersByTime(10);
    }
    expect(ANNOUNCE_EVERY).toBe(5000);
    expect(region.said.map(([at, text]) => [at - started, text])).toEqual([
      [0, '0'],
      [5000, '499'],
      [10_000, '999'],
    ]);
  });

  it('says nothing that was to be said later once it is hushed', () => {
    const region = new Region();
    const announcer = new Announcer(region);
    announcer.say('one');
    announcer.say('two');
    announcer.hush();
    vi.advanceTimersByTime(20_000);
    expect(region.said.map(([, text]) => text)).toEqual(['one']);
    announcer.say('three');
    expect(region.textContent).toBe('three');
  });
});
