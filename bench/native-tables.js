// SPDX-License-Identifier: Apache-2.0
/** The sections of the documents on native programs and on the whole way from file to result, which are there where they were measured. */

import { middle, originText, Stored, short, spreadText, table } from './cells.js';

const count = (/** @type {any} */ value) => Number(value).toLocaleString('en-US');
const RATES = ['multiply', 'hash and multiply', 'multiply a fixed base'];

/** @typedef {import('./record.js').Cell} Cell */

/** `0.5` of a peer that takes half as long. @param {Stored} stored @param {Cell} cell */
function times(stored, { of: { name, ...of } }) {
  const [found] = stored.ratios({ ...of, slow: name });
  return found === undefined ? '-' : spreadText(found.times);
}

/** @returns {string} a section with its heading; nothing where nothing is stored */
export function nativeSection() {
  const stored = new Stored('native');
  if (stored.record === undefined) return '';
  const parts = ['## Beside native programs', NATIVE_WORDS, `Measured on: ${originText(stored.record)}.`];
  const part = (
    /** @type {string} */ words,
    /** @type {string[]} */ head,
    /** @type {readonly Cell[]} */ cells,
    /** @type {(cell: Cell) => string[]} */ row,
  ) => {
    if (cells.length > 0) parts.push(words, table(head, cells.map(row)));
  };
  const last = 'times as long as veilmatch';
  const matches = stored.cells({ work: 'intersection' });
  part(
    'One operation on ristretto255, with decoding and encoding, on one thread:',
    ['operation', 'program', 'a second', last],
    stored.cells().filter(({ of }) => RATES.includes(String(of.work))),
    (cell) => [
      String(cell.of.work),
      String(cell.of.name),
      spreadText(cell.figures.operationsPerSecond),
      times(stored, cell),
    ],
  );
  part(
    'Two lists of the same size, of which half is shared, both parties together. A program is compared with the protocol of its kind: one that multiplies points with `ecdh-psi`, one that extends oblivious transfers, or has vector OLE, with `ot-psi`.',
    ['elements each', 'threads', 'program', 'seconds', 'seconds of a processor', 'bytes an element', last],
    matches,
    (cell) => [
      count(cell.of.size),
      String(cell.of.threads),
      String(cell.of.name),
      spreadText(cell.figures.seconds),
      spreadText(cell.figures.cpuSeconds),
      spreadText(cell.figures.bytesPerElement),
      times(stored, cell),
    ],
  );
  const names = new Set(matches.map(({ of }) => String(of.name)));
  const assumed = Object.entries(ASSUMED).filter(([name]) => names.has(name));
  if (assumed.length > 0) {
    parts.push(
      'What each rests on, and against whom; seconds alone do not say it. Hash functions are random oracles in all of them:',
      table(
        ['program', 'assumptions', 'against'],
        assumed.map(([name, words]) => [name, ...words]),
      ),
    );
  }
  part(
    'Telephone numbers of messy rows, read into E.164:',
    ['rows', 'threads', 'program', 'seconds', last],
    stored.cells({ work: 'telephone numbers' }),
    (cell) => [
      count(cell.of.rows),
      String(cell.of.threads),
      String(cell.of.name),
      spreadText(cell.figures.seconds),
      times(stored, cell),
    ],
  );
  part(
    'SHA-256 of telephone numbers of the United States, one thread; hashcat takes some seconds to start, which are left out:',
    ['targets', 'program', 'million hashes a second', last],
    stored.cells({ work: 'reversal' }),
    (cell) => [
      count(cell.of.targets),
      String(cell.of.name),
      short(middle(cell.figures.operationsPerSecond) / 1e6),
      times(stored, cell),
    ],
  );
  const failures = stored.failures().map(({ of, failure }) => `${of.name}: ${failure}`);
  if (failures.length > 0) parts.push(`Not measured: ${failures.join('; ')}.`);
  return parts.join('\n\n');
}

const NATIVE_WORDS = [
  '`npm run bench -- native` builds or installs each of these on a machine that has its toolchain, gives all of them the same lists and as many',
  'cores, and takes turns; a number below 1 in the last column is a loss. Secretflow reads and writes CSV, for it takes nothing else; the',
  'others have strings in memory. [volePSI](https://github.com/Visa-Research/volepsi), in C++ with the AES instructions of the processor, is in no',
  'registry, and is not measured here: expect it to be ahead of everything in this section, in time and in bytes.',
  '',
  'Whoever has AVX-512 with IFMA gets more elsewhere. Secretflow then takes Intel’s library for Curve25519 in place of libsodium',
  '([cryptor_selector.cc](https://github.com/secretflow/psi/blob/main/psi/cryptor/cryptor_selector.cc)), and curve25519-dalek has code for it',
  'that a nightly compiler builds ([its backends](https://github.com/dalek-cryptography/curve25519-dalek/tree/main/curve25519-dalek#backends));',
  'vectors of WebAssembly have [128 bits](https://webassembly.github.io/spec/core/syntax/types.html#vector-types) whatever the processor has.',
  'Whoever has a GPU reads hashes back with hashcat, [hundreds of times as fast](https://gist.github.com/Chick3nman/d03c0d696699af2886c3404256801a9e)',
  'as one core here: what these figures say of an attack is its price for somebody without one.',
].join('\n');

const FOLLOWS = 'parties that follow the protocol';
const TRANSFERS = 'Diffie-Hellman for the base transfers, a pseudorandom code from a correlation-robust hash';
const VECTOR_OLE =
  'Diffie-Hellman for the base transfers, learning parity with noise for codes of a recent family';

/** Of the documents of each: docs/threat-model.md of ours. @type {Record<string, readonly [assumptions: string, against: string]>} */
const ASSUMED = {
  'veilmatch ECDH': [
    'Diffie-Hellman (one more) on ristretto255',
    'parties that deviate, as far as [the threat model](threat-model.md) says',
  ],
  'veilmatch ot-psi': [
    'Diffie-Hellman on ristretto255 for the base transfers, ChaCha with 12 rounds as a pseudorandom generator',
    'parties that deviate, as far as [the threat model](threat-model.md) says; the check of the code words is in the time',
  ],
  'OpenMined RAW': ['Diffie-Hellman on P-256', FOLLOWS],
  'OpenMined GCS': ['Diffie-Hellman on P-256; a filter that errs once in 10^9', FOLLOWS],
  'Optable dhpsi': ['Diffie-Hellman on ristretto255', FOLLOWS],
  'Optable kkrtpsi': [TRANSFERS, FOLLOWS],
  'secretflow ECDH, FourQ': ['Diffie-Hellman on FourQ', FOLLOWS],
  'secretflow ECDH, Curve25519': ['Diffie-Hellman on Curve25519', FOLLOWS],
  'secretflow KKRT': [TRANSFERS, FOLLOWS],
  'secretflow RR22': [VECTOR_OLE, FOLLOWS],
  'secretflow RR22, few bytes': [VECTOR_OLE, FOLLOWS],
};

const STAGES = /** @type {Record<string, string>} */ ({
  reading: 'reading the file as text',
  parsing: 'parsing: records, columns, cells of rows',
  normalising: 'normalising to canonical bytes',
  tables: 'tables: distinct identifiers, and the rows of each',
  psi: 'private set intersection',
  writing: 'keeping the rows, and writing those that are shared',
});

/** @returns {string} a section with its heading; nothing where nothing is stored */
export function wholeSection() {
  const stored = new Stored('whole');
  if (stored.record === undefined) return '';
  const runs = stored.cells({ part: 'commands' });
  const stages = runs.map(({ of: { protocol, rows } }) => {
    const cells = stored.cells({ part: 'stage', protocol, rows });
    const seconds = new Map(cells.map(({ of, figures }) => [String(of.stage), middle(figures.cpuSeconds)]));
    return { seconds, all: [...seconds.values()].reduce((sum, each) => sum + each, 0) };
  });
  const names = runs.map(({ of: { protocol, rows } }) => `\`${protocol}\`, ${count(rows)} rows`);
  return [
    '## From file to result',
    [
      'Two messy lists as CSV, as above, of which about half is shared, to the shared rows as CSV. What each stage takes, on one thread and of both',
      'parties together, in seconds of a processor (`npm run bench -- whole`; `--full` has ten million rows):',
    ].join('\n'),
    table(
      ['stage', ...names],
      [
        ...Object.entries(STAGES).map(([stage, title]) => [
          title,
          ...stages.map(({ seconds, all }) => {
            const own = seconds.get(stage) ?? 0;
            return `${short(own)} (${((100 * own) / all).toFixed(0)} %)`;
          }),
        ]),
        ['together', ...stages.map(({ all }) => short(all))],
      ],
    ),
    'The commands as they are run, `serve` and `connect`, on as many threads as the machine has:',
    table(
      [
        'protocol',
        'rows each',
        'shared',
        'seconds of `connect`, start to end',
        'seconds of a processor, both',
      ],
      runs.map(({ of, figures }) => [
        `\`${of.protocol}\``,
        count(of.rows),
        count(figures.shared),
        spreadText(figures.seconds),
        spreadText(figures.cpuSeconds),
      ]),
    ),
    `Measured on: ${originText(stored.record)}.`,
  ].join('\n\n');
}
