// SPDX-License-Identifier: Apache-2.0
/**
 * The figures in the documents: each block a name and the text made of the stored results. In a document it stands
 * between `<!-- figures: NAME -->` and `<!-- /figures -->`.
 */

import { middle, originText, Stored, short, spreadText, table } from './cells.js';
import { choiceTable } from './choice.js';
import { growthTo } from './datasets/growth.js';
import { nativeSection, wholeSection } from './native-tables.js';
import { fieldTable, profileTable, uploadTable } from './profiles.js';
import { load } from './record.js';
import { costOf, NODE, PRICE, SPARK } from './spark/cost.js';
import { tables } from './tables.js';

const BILLION = 1e9;
const CORES = [16, 64, 256];
/** What runs through datasets are extrapolated to. */
const LARGER = 1e8;
/** And those in Spark. */
const CLUSTER = [1e8, 1e9];
const count = (/** @type {any} */ value) => Number(value).toLocaleString('en-US');

/** @param {readonly string[]} names */
const origins = (names) =>
  table(
    ['case', 'measured on'],
    names.map((name) => [`\`${name}\``, originText(load(name))]),
  );

/** @param {string} name @param {() => string} make */
const unlessMissing = (name, make) =>
  load(name) === undefined ? `Not measured yet: \`npm run bench -- ${name}\`.` : make();

/** @param {number} bytes */
function bytesText(bytes) {
  return bytes >= 1e9 ? `${short(bytes / 1e9)} GB` : `${short(bytes / 1e6)} MB`;
}

/** Seconds an element of ECDH-PSI on one thread, from the largest set that was measured. */
function pace() {
  const largest = new Stored('protocols')
    .cells({ part: 'size', protocol: 'ecdh-psi' })
    .sort((a, b) => Number(b.of.size) - Number(a.of.size))[0];
  if (largest === undefined) return undefined;
  const size = Number(largest.of.size);
  return { size, seconds: middle(largest.figures.seconds) / size };
}

/** Bytes of a tag at a billion on each side, by the rule of the protocol. */
const BILLION_TAG_BYTES = Math.ceil((40 + 30 + 30) / 8);

/** @type {Record<string, () => string>} */
export const figures = {
  ...tables,
  choice: choiceTable,
  native: nativeSection,
  pair: () =>
    unlessMissing('pair', () => {
      const stored = new Stored('pair');
      const rows = stored.cells({ name: 'veilmatch' }).map(({ of: { step, size }, figures: { seconds } }) => {
        const [ratio] = stored.ratios({ step, size, fast: 'veilmatch' });
        const theirs = stored.figure({ step, size, name: 'Optable pkg/pair' }, 'seconds');
        const times = ratio === undefined ? '-' : spreadText(ratio.times);
        return [String(step), count(size), spreadText(seconds), spreadText(theirs), times];
      });
      const head = [
        'step',
        'identifiers',
        'veilmatch, s',
        'Optable `pkg/pair`, s',
        'times as long as veilmatch',
      ];
      return `${table(head, rows)}\n\nMeasured on: ${originText(stored.record)}.`;
    }),
  datasets: () =>
    unlessMissing('datasets', () => {
      const stored = new Stored('datasets');
      const grown = growthTo(stored.cells(), LARGER);
      const sizes = [...new Set(grown.flatMap(({ at }) => at.map(({ size }) => size)))].sort((a, b) => a - b);
      const units = /** @type {Record<string, string>} */ ({
        seconds: 'time, s',
        cpuSeconds: 'processor time, s',
        memoryMegabytes: 'peak memory of the process, MB',
        diskMegabytes: 'most of its own disk, MB',
        bytesExchanged: 'bytes exchanged, MB',
      });
      const rows = grown.map(({ step, name, at, exponent, expected }) => {
        const text = (/** @type {number | undefined} */ y) =>
          y === undefined ? '-' : short(name === 'bytesExchanged' ? y / 1e6 : y);
        return [
          step === 'exchange' ? 'both messages' : `\`${step}\``,
          units[name] ?? name,
          ...sizes.map((size) => text(at.find((point) => point.size === size)?.y)),
          exponent === undefined ? '-' : `n^${exponent}`,
          text(expected),
        ];
      });
      const head = ['step', '', ...sizes.map(count), 'growth', `${count(LARGER)}, extrapolated`];
      return `${table(head, rows)}\n\nMeasured on: ${originText(stored.record)}.`;
    }),
  spark: () => {
    const stored = new Stored('spark');
    // A record may say alone why there is no Spark.
    if (stored.cells({ part: 'step' }).length === 0) return 'Not measured yet: `npm run bench -- spark`.';
    const runs = stored
      .cells({ part: 'run', name: SPARK })
      .sort((a, b) => Number(a.of.size) - Number(b.of.size));
    const measured = runs.map(({ of: { size }, figures: own }) => [
      count(size),
      spreadText(own.elementsPerSecondAndCore),
      spreadText(stored.figure({ part: 'run', name: NODE, size }, 'elementsPerSecondAndCore')),
      spreadText(stored.ratios({ part: 'run', size })[0]?.times),
    ]);
    const head = [
      'identifiers of each',
      'Spark, a second and core',
      'Node, a second and core',
      'times the processor time',
    ];
    const pipe = (/** @type {string} */ through) =>
      spreadText(stored.figure({ part: 'pipe', through }, 'cpuMicrosecondsPerElement'));
    const paper = CLUSTER.flatMap((size) => {
      const steps = costOf(stored.cells(), size);
      const total = {
        step: 'both parties',
        coreHours: steps.reduce((sum, { coreHours }) => sum + coreHours, 0),
        price: steps.reduce((sum, { price }) => sum + price, 0),
      };
      return [...steps.map((each) => ({ ...each, step: `\`${each.step}\`` })), total].map((each) => [
        count(size),
        each.step,
        short(each.coreHours),
        ...CORES.map((cores) => short(each.coreHours / cores)),
        short(each.price),
      ]);
    });
    const columns = ['core hours', ...CORES.map((cores) => `hours on ${cores} cores`), 'US dollars'];
    return [
      table(head, measured),
      `A stage of \`mapInArrow\` costs a record of 32 bytes ${pipe('Python')} microseconds of a processor through Python alone, and ${pipe('worker')} through a Node process that gives back what it gets.`,
      `On paper, at ${PRICE} US dollars for an hour of a core:`,
      table(['identifiers of each', 'step', ...columns], paper),
      `Measured on: ${originText(stored.record)}.`,
    ].join('\n\n');
  },
  whole: wholeSection,
  profiles: profileTable,
  fields: fieldTable,
  uploads: uploadTable,
  origins: () => origins(['group', 'protocols', 'peers', 'reversal', 'identifiers', 'lists', 'timing', 'ot']),

  targets: () =>
    table(
      ['work', 'target', 'measured', ''],
      [...(load('peers')?.targets ?? []), ...(load('lists')?.targets ?? [])].map(
        ({ of, figure, unit, bound, target, met, stored }) => [
          of.name,
          `${bound} ${target} ${unit}`,
          `${short(figure)}${stored === undefined ? '' : ' (earlier run)'}`,
          met ? 'met' : '**missed**',
        ],
      ),
    ),

  peers: () => {
    const peers = new Stored('peers');
    const cells = [...peers.cells(), ...peers.failures()].filter(
      ({ of }) => of.size !== undefined && of.name !== 'veilmatch',
    );
    const rows = cells
      .filter(({ of }) => ['intersection', 'oprf', 'hash join', 'reversal'].includes(String(of.work)))
      .map(({ of, figures: own, failure }) => {
        const ratio = peers.ratios({ work: of.work, size: of.size, slow: of.name })[0];
        return [
          String(of.work),
          count(of.size),
          String(of.name),
          failure === undefined ? spreadText(own.seconds) : `failed: ${failure}`,
          ratio === undefined ? '-' : `${spreadText(ratio.times)}`,
        ];
      });
    return table(['work', 'elements', 'peer', 'seconds', 'times as long as veilmatch'], rows);
  },

  growth: () =>
    table(
      ['protocol', 'sizes', 'time', 'bytes', 'multiplications'],
      new Stored('protocols')
        .cells({ part: 'growth' })
        .map(({ of, figures: own }) => [
          `\`${of.protocol}\``,
          `${count(own.smallest)} to ${count(own.largest)}`,
          ...['timeExponent', 'bytesExponent', 'multiplicationsExponent'].map((name) =>
            typeof own[name] === 'number' ? `n^${own[name]}` : '-',
          ),
        ]),
    ),

  sizes: () => {
    const cells = new Stored('protocols').cells({ part: 'size' });
    const largest = new Map(cells.map((cell) => [cell.of.protocol, cell]));
    return table(
      [
        'protocol',
        'elements each',
        'seconds',
        'bytes an element',
        'multiplications an element, of a fixed base',
        'added memory, MB',
      ],
      [...largest.values()].map(({ of, figures: own, stored }) => {
        const size = Number(of.size);
        const each = (/** @type {string} */ name) => short(Number(own[name]) / size);
        return [
          `\`${of.protocol}\``,
          `${count(size)}${stored === undefined ? '' : ' (earlier run)'}`,
          spreadText(own.seconds),
          each('bytes'),
          `${each('multiplications')}, ${each('fixedBaseMultiplications')}`,
          String(own.addedMemoryMB),
        ];
      }),
    );
  },

  phases: () => {
    const cells = new Stored('protocols').cells({ part: 'phase' });
    const total = middle(cells.find(({ of }) => of.phase === 'total')?.figures.microsecondsPerElement);
    const names = /** @type {Record<string, string>} */ ({
      hashAndAddBase: 'receiver: hash to the group and blind, `hashAndAddBase`',
      hashAndMultiply: 'sender: hash to the group and multiply, `hashAndMultiply`',
      multiply: 'sender: answer, `multiply`',
      subtractBase: 'receiver: take the blinding off, `subtractBase`',
      multiplyBase: 'public key, `multiplyBase`',
      rest: 'all else: tags, sorting, frames, digests, look-ups',
      total: 'together',
    });
    return table(
      ['phase', 'microseconds an element', 'share'],
      cells.map(({ of, figures: own }) => [
        names[String(of.phase)] ?? `\`${of.phase}\``,
        spreadText(own.microsecondsPerElement),
        `${((100 * middle(own.microsecondsPerElement)) / total).toFixed(1)} %`,
      ]),
    );
  },

  threads: () => {
    const cells = new Stored('protocols').cells({ part: 'threads' });
    const times = (/** @type {import('./record.js').Cell} */ { figures: own }, /** @type {string} */ name) =>
      (middle(own[name]) / middle(cells[0]?.figures[name])).toFixed(2);
    return table(
      ['threads', 'elements a second', 'times one thread', 'as many processes with one thread each'],
      cells.map((cell) => [
        String(cell.of.threads),
        count(cell.figures.elementsPerSecond),
        times(cell, 'elementsPerSecond'),
        `${times(cell, 'elementsPerSecondOfProcesses')} times one`,
      ]),
    );
  },

  ot: () =>
    table(
      [
        'elements each',
        '`ot-psi`, microseconds an element',
        '`ecdh-psi`',
        'times as fast',
        'bytes an element',
        'on two threads, times',
        'from strings, s',
      ],
      new Stored('ot')
        .cells()
        .filter(({ figures: own }) => typeof own.size === 'number')
        .map(({ figures: own }) => {
          const text = (/** @type {string} */ name) =>
            typeof own[name] === 'number' ? short(Number(own[name])) : '-';
          return [
            count(own.size),
            text('otMicrosecondsPerElement'),
            text('ecdhMicrosecondsPerElement'),
            text('timesFaster'),
            `${text('otBytesPerElement')}; ${text('ecdhBytesPerElement')}`,
            text('timesFasterOnThreads'),
            text('secondsFromStrings'),
          ];
        }),
    ),

  'ot-files': () =>
    unlessMissing('ot-files', () =>
      table(
        ['rows each', 'seconds in all', 'of them PSI', 'memory of the sender, MB', 'of the receiver, MB'],
        new Stored('ot-files')
          .cells()
          .map(({ of, figures: own, stored }) => [
            `${count(of.elementsOfEach)}${stored === undefined ? '' : ' (earlier run)'}`,
            short(middle(own.seconds)),
            short(middle(own.secondsOfPsi)),
            short(middle(own.senderMegabytes)),
            short(middle(own.receiverMegabytes)),
          ]),
      ),
    ),

  ceiling: () => {
    const group = new Stored('group');
    const rate = (/** @type {string} */ work, /** @type {string} */ name) =>
      spreadText(group.figure({ node: 24, work, name }, 'operationsPerSecond'));
    const ratio = (/** @type {string} */ slow) =>
      spreadText(group.ratios({ node: 24, work: 'multiply', fast: 'fma', slow })[0]?.times);
    return table(
      ['decode, multiply by a secret scalar, encode', 'a second, one core', '`fma` is faster by'],
      [
        ['kernel `fma`, relaxed SIMD', rate('multiply', 'fma'), '1'],
        ['kernel `integer`, SIMD', rate('multiply', 'integer'), '-'],
        ['X25519 in native code (node:crypto)', rate('multiply', 'x25519'), ratio('x25519')],
        ['libsodium in WebAssembly', rate('multiply', 'libsodium'), ratio('libsodium')],
        ['@noble/curves', rate('multiply', 'noble'), ratio('noble')],
      ],
    );
  },

  billion: () => {
    const measured = pace();
    if (measured === undefined) return 'Not measured yet.';
    const hours = (measured.seconds * BILLION) / 3600;
    const bytes = (32 + 32 + BILLION_TAG_BYTES) * BILLION;
    return [
      `From ${count(measured.size)} elements, at ${short(measured.seconds * 1e6)} microseconds of one core for each, both parties together: ` +
        `a billion on each side take ${count(Math.round(hours))} core hours and ${bytesText(bytes)} on the line.`,
      '',
      table(
        ['cores, both parties together', 'hours'],
        CORES.map((cores) => [String(cores), short(hours / cores)]),
      ),
    ].join('\n');
  },

  hashing: () =>
    table(
      ['scheme', 'seconds to hash a million rows', 'candidates a second', 'core hours for every US number'],
      new Stored('protocols')
        .cells({ part: 'cost' })
        .map(({ of, figures: own }) => [
          String(of.scheme),
          spreadText(own.matchSecondsPerMillion),
          spreadText(own.reverseCandidatesPerSecond),
          spreadText(own.reversePlanCoreHours),
        ]),
    ),

  lists: () =>
    unlessMissing('lists', () =>
      table(
        ['from CSV to CSV', 'threads', 'seconds of a processor', 'seconds'],
        new Stored('lists')
          .cells()
          .filter(({ of }) => of.threads !== undefined && of.by === undefined)
          .map(({ of, figures: own }) => [
            `\`${of.work}\``,
            String(of.threads),
            spreadText(own.cpuSeconds),
            spreadText(own.seconds),
          ]),
      ),
    ),

  'list-parts': () =>
    unlessMissing('lists', () => {
      const parts = new Stored('lists').cells({ work: 'part' });
      const whole = parts.reduce((sum, { figures: own }) => sum + middle(own.cpuSeconds), 0);
      return table(
        ['part of `normalize`', 'seconds of a processor', 'share'],
        parts.map(({ of, figures: own }) => [
          String(of.part),
          spreadText(own.cpuSeconds),
          `${((100 * middle(own.cpuSeconds)) / whole).toFixed(0)} %`,
        ]),
      );
    }),

  'list-ratios': () =>
    unlessMissing('lists', () => {
      const lists = new Stored('lists');
      const failures = lists.failures().map(({ of, failure }) => [String(of.by), `not measured: ${failure}`]);
      const ratios = lists
        .ratios()
        .map(({ of, times }) => [`${of.slow} against ${of.fast}`, spreadText(times)]);
      return table(['processor time', 'times as much'], [...ratios, ...failures]);
    }),

  timing: () =>
    table(
      ['backend', 'samples', 't, scalars', 't, points'],
      new Stored('timing')
        .cells()
        .filter(({ of }) => String(of.part).startsWith('results/'))
        .map(({ of, figures: own }) => [
          String(of.backend),
          String(own.samples),
          String(own.tFixedAgainstRandomScalars),
          String(own.tFixedAgainstRandomPoints),
        ]),
    ),

  contact: () => {
    const cells = new Stored('peers').cells({ work: 'contact discovery' });
    return table(
      [
        'contacts',
        'published set',
        "client's work, ms",
        'of it opening the set, ms',
        'publishing, s',
        'bytes a member',
      ],
      cells.map(({ of, figures: own }) => [
        count(of.contacts),
        count(of.size),
        short(middle(own.clientMilliseconds) + middle(own.openMilliseconds)),
        spreadText(own.openMilliseconds),
        spreadText(own.publishSeconds),
        spreadText(own.filterBytesPerElement),
      ]),
    );
  },
};
