// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bytesToHex } from '../../src/bytes.js';
import { run } from '../../src/cli/program.js';
import { log, Metrics, serveMetrics } from '../../src/cli/report/monitor.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { connect, createToken, hashToken, receive } from '../../src/transport/index.js';
import { memoryIo, temporary } from './harness.js';

it('logs lines of JSON and nothing else, but where a terminal may show a progress bar', () => {
  for (const terminal of [true, false]) {
    const { io, stderr } = memoryIo({ terminal });
    log(io, 'listening', { port: 8443, metrics: undefined });
    const line = stderr();
    expect(line.startsWith('\r\x1b[K')).toBe(terminal);
    expect(JSON.parse(line.replace('\r\x1b[K', ''))).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      event: 'listening',
      port: 8443,
    });
  }
});

it('is all that a server says, from its first line on, of its list and of who can read its secrets, too', async () => {
  const [list, partners] = [temporary('list.csv'), temporary('partners.json')];
  writeFileSync(list, 'name,phone\nAda,+14155550123\nGrace,none\n');
  const hash = `sha256:${bytesToHex(hashToken(createToken()))}`;
  writeFileSync(partners, JSON.stringify({ partners: [{ name: 'acme', tokens: [hash] }] }));
  const stop = new AbortController();
  const { io, stderr } = memoryIo({ signal: stop.signal });
  const address = ['--listen', '127.0.0.1:0', '--ledger', temporary('ledger.json')];
  const served = run(['serve', list, '--reveal', 'intersection', '--partners', partners, ...address], io);
  while (!stderr().includes('"listening"')) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  expect(await served).toBe(0);
  const events = stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; message?: string });
  expect(events.map(({ event }) => event).filter((event) => event !== 'note')).toEqual([
    'listening',
    'stopped',
  ]);
  const notes = events.flatMap(({ message = [] }) => message);
  expect(notes.join()).toContain('column 2 "phone" holds telephone numbers');
  expect(notes.join()).toContain('rejected 1');
});

it.each([true, false])(
  'shows the progress of a run where the server has a terminal: %s',
  async (terminal) => {
    const [list, tokens] = [temporary('list.csv'), temporary('tokens.txt')];
    const token = createToken();
    writeFileSync(list, 'phone\n+14155550123\n+14155550199\n');
    writeFileSync(
      tokens,
      JSON.stringify({ partners: [{ name: 'acme', tokens: [`sha256:${bytesToHex(hashToken(token))}`] }] }),
    );
    const { io, stderr } = memoryIo({ terminal });
    const served = run(
      ['serve', list, '--reveal', 'intersection', '--partners', tokens, '--listen', '127.0.0.1:0', '--once'],
      io,
    );
    const portOf = (): string | undefined => /"port":(\d+)/.exec(stderr())?.[1];
    while (portOf() === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    const channel = await connect(`ws://127.0.0.1:${portOf()}`, { token });
    const { set } = await identifiersFromRows([{ phone: '+14155550123' }]);
    expect(await receive(channel, set)).toMatchObject({ size: 1 });
    expect(await served).toBe(0);
    const shown = stderr().split('\n');
    expect(shown.some((line) => line.includes('answering the partner ['))).toBe(terminal);
    // What was shown is taken off before the next line.
    for (const line of shown) expect(line).not.toMatch(/\][^\r]*\{/);
  },
);

it('says how late the event loop was, since /metrics was last read', async () => {
  const metrics = new Metrics();
  const monitor = await serveMetrics(metrics, 0);
  const read = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${monitor.port}${path}`)).text();
  const delays = (text: string): number[] =>
    ['p50', 'p99', 'max'].map((name) =>
      Number(new RegExp(`^veilmatch_event_loop_delay_${name}_seconds (\\S+)$`, 'm').exec(text)?.[1]),
    );
  try {
    await read('/metrics');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const until = performance.now() + 300;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await read('/healthz')).toBe('ok\n');
    const text = await read('/metrics');
    const [p50, p99, max] = delays(text);
    expect(max).toBeGreaterThan(0.2);
    expect([p50! >= 0, p50! <= p99!, p99! <= max!]).toEqual([true, true, true]);
    for (const name of ['p50', 'p99', 'max']) {
      expect(text).toContain(`# TYPE veilmatch_event_loop_delay_${name}_seconds gauge\n`);
    }
  } finally {
    await monitor.close();
  }
  // Nothing was seen since.
  metrics.text();
  expect(delays(metrics.text())).toEqual([0, 0, 0]);
});
