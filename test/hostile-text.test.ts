// SPDX-License-Identifier: Apache-2.0
/**
 * No text and no frame costs more than its length. Every regular expression of the source is judged by a detector of
 * super-linear ones; whatever it has not judged is handed a bounded text, and so is every built-in function that takes more
 * than its text is long; and everything that reads what strangers wrote is given long strings of its own special characters,
 * its steps counted.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emailRules, wordList } from '../src/attack/emails/rules.js';
import { checkFormat } from '../src/attack/format.js';
import { LEAST_BYTES, TokenList } from '../src/attack/tokens.js';
import { partnersOf, readPartnersFile, readPeerKey } from '../src/cli/secrets/credentials.js';
import { readCursorFile } from '../src/cli/secrets/cursor-file.js';
import { decodeBlinded, decodeEvaluated, decodeQuery } from '../src/contact/frames.js';
import { openHeader } from '../src/contact/header.js';
import { VeilmatchError } from '../src/errors.js';
import { parseFilter } from '../src/filter/formats.js';
import { joinTokens } from '../src/hashing/join.js';
import { normalizeEmail } from '../src/identifiers/email.js';
import { UPLOAD_FIELDS } from '../src/identifiers/fields/field.js';
import { hashRows } from '../src/identifiers/hash-rows.js';
import { parseRows } from '../src/identifiers/parse-rows.js';
import { normalizePhone } from '../src/identifiers/phone.js';
import { PROFILE_NAMES, profiles } from '../src/identifiers/profiles.js';
import { uploadRows } from '../src/identifiers/upload-rows.js';
import { chooseColumns } from '../src/lists/columns.js';
import { openCsv } from '../src/lists/csv.js';
import { detectDialect } from '../src/lists/dialect.js';
import { jsonLines } from '../src/lists/json-records.js';
import { vcardRecords } from '../src/lists/vcard.js';
import { checkPolicy } from '../src/policy/policy.js';
import { ristretto255Suite } from '../src/psi/run/ciphersuite.js';
import { bodyOf, decodeFrame, decodeRecords, HELLO } from '../src/psi/run/frames.js';
import { decodeHello } from '../src/psi/run/hello.js';
import { openKey, sealKey } from '../src/sealed/key.js';
import { checkedUrl, hostOf, isLoopback } from '../src/transport/door/address.js';
import { hostAllowed, originAllowed } from '../src/transport/door/admission.js';
import { partnerOfToken } from '../src/transport/door/partners.js';
import { createToken, isToken } from '../src/transport/door/tokens.js';
import { undelimited } from '../src/wire/framing.js';
import { decodeMessage } from '../src/wire/messages.js';
import { memoryIo } from './cli/harness.js';
import { builtinsIn } from './support/builtins.js';
import { SLOW, times } from './support/effort.js';
import {
  DETECTOR,
  type Expression,
  eachSource,
  expressionsIn,
  expressionsOfSource,
  judged,
} from './support/expressions.js';
import { FRAME_TYPES } from './support/frame-types.js';
import { StepCounter, type Work } from './support/steps.js';

/** What the detector cannot judge within a minute: how many characters it is handed at most, and what is known of it. */
const LISTED: Readonly<Record<string, { readonly most: number; readonly why: string }>> = {
  'identifiers/email.ts /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/':
    {
      most: 255,
      why: 'It counts to 61. The length of a domain is looked at first.',
    },
  'cli/secrets/credentials.ts /^([\\w.@-]{1,64})\\s+ed25519:([0-9a-f]{64})$/': {
    most: 65_536,
    why: 'It counts to 64. A file of this size, which the operator keeps, is the largest.',
  },
  'cli/secrets/credentials.ts /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g': {
    most: 4_194_304,
    why: 'Judged linear in some minutes; what stands between ends at the first hyphen.',
  },
  'transport/door/certificates.ts /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g': {
    most: 4_194_304,
    why: 'The same.',
  },
  'transport/door/certificates.ts /-----BEGIN X509 CRL-----[^-]*-----END X509 CRL-----/g': {
    most: 4_194_304,
    why: 'Judged linear in some minutes, as certificates are.',
  },
  'lists/column-content.ts /^(?:(?:19|20)\\d\\d([-./ ]?)(?:0?[1-9]|1[0-2])\\1(?:0?[1-9]|[12]\\d|3[01])|(?:0?[1-9]|[12]\\d|3[01])([-./ ])(?:0?[1-9]|1[0-2])\\2(?:19|20)?\\d\\d|(?:0?[1-9]|1[0-2])\\/(?:0?[1-9]|[12]\\d|3[01])\\/(?:19|20)?\\d\\d)(?:[T ].*)?$/':
    { most: 40, why: 'It looks back at a sign. No longer text is handed to it.' },
  "lists/column-content.ts /^[-−]?(?:\\d+[.,]\\d+|\\d{1,3}(?:([.,'])\\d{3})(?:\\1\\d{3})*(?:[.,]\\d+)?)$/": {
    most: 40,
    why: 'It looks back at a sign. No longer text is handed to it.',
  },
};

/** Files whose expressions are all handed so many characters at most, and would take the detector minutes, or look back. */
const LISTED_FILES: Readonly<Record<string, { readonly most: number; readonly why: string }>> = {
  'lists/column-names.ts': {
    most: 400,
    why: 'A name of 200 characters, and what its letters are composed of.',
  },
};

/** Where a built-in function that takes more than linear work is called: how many characters it is handed at most, and why. */
const BUILTINS: Readonly<Record<string, { readonly most: number; readonly why: string }>> = {
  'lists/column-names.ts normalize': {
    most: 400,
    why: 'A name of 200 characters, and spaces where cases change.',
  },
  'identifiers/email.ts normalize': { most: 2_048, why: 'Longer texts are no address.' },
  'identifiers/idna.ts normalize': { most: 2_048, why: 'A part of such a text.' },
  'identifiers/tables/named-countries.ts normalize': { most: 80, why: 'Longer texts name no country.' },
  'identifiers/phone-labels.ts normalize': { most: 32, why: 'A word of 16 letters, and marks.' },
  'identifiers/platforms/microsoft.ts normalize': { most: 2_048, why: 'Longer texts are no address.' },
  'sealed/unlock.ts normalize': { most: 1_024, why: 'A longer passphrase is refused.' },
  'transport/door/address.ts URL': { most: 2_053, why: 'The scheme, and what may be an address.' },
  'lists/address.ts URL': { most: 8_192, why: 'A longer one is no address.' },
  'lists/web.ts URL': { most: 8_192, why: 'The same, and where a server sends to.' },
  'cli/commands/lookup.ts URL': {
    most: 2_100,
    why: 'An address that was read already, and the name of a file.',
  },
  'cli/secrets/accounts.ts URL': { most: 2_048, why: 'A longer one is no address.' },
  'contact/fetch.ts URL': { most: 2_048, why: 'A longer one is no address.' },
  'cli/flags/serve-options.ts URL': { most: 2_048, why: 'Longer than an address, an option is no origin.' },
  'workers/platform.ts URL': { most: 100, why: "The name of one of the package's own files." },
};

/** Characters that an expression may be handed which the detector has not judged. libphonenumber has many. */
const UNJUDGED = 255;

const expressions = expressionsOfSource();
const nameOf = ({ path, text }: Expression): string => `${path} ${text}`;
const listed = (expression: Expression) => LISTED[nameOf(expression)] ?? LISTED_FILES[expression.path];
/** Flags and source of those that are linear. */
const linear = new Set<string>();
const others: string[] = [];

/** What the detector has said before: a verdict takes it seconds, and depends on nothing but the expression and its version. */
const VERDICTS = join(import.meta.dirname, 'support/linear-expressions.txt');
const verdicts = (): string => `${[`recheck ${DETECTOR}`, ...[...linear].sort()].join('\n')}\n`;

beforeAll(() => {
  const [version, ...said] = readFileSync(VERDICTS, 'utf8').trimEnd().split('\n');
  const known = new Set(SLOW || version !== `recheck ${DETECTOR}` ? [] : said);
  for (const expression of expressions) {
    const { source, flags, path, line, text } = expression;
    if (source === undefined || listed(expression) !== undefined) continue;
    const name = `${flags} ${source}`;
    const verdict = known.has(name) || linear.has(name) ? 'safe' : judged(source, flags);
    if (verdict === 'safe') linear.add(name);
    else others.push(`src/${path}:${line} ${text} is ${verdict}`);
  }
}, 300_000);

describe('a regular expression of the source', () => {
  it('is linear, says the detector, or stands in the list of those that it cannot judge', () => {
    expect(expressions.length).toBeGreaterThan(80);
    expect(others).toEqual([]);
  });

  it('has its verdict kept, which SLOW=1 asks for again: `npm run vectors` writes them', async () => {
    await expect(verdicts()).toMatchFileSnapshot(VERDICTS);
  });

  it('does not stand in the list when it is gone', () => {
    const names = expressions.map(nameOf);
    expect(Object.keys(LISTED).filter((name) => !names.includes(name))).toEqual([]);
    const paths = expressions.map(({ path }) => path);
    expect(Object.keys(LISTED_FILES).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('is put together at run time in one file only, whose texts are bounded', () => {
    const made = expressions.filter(({ source }) => source === undefined);
    expect([...new Set(made.map(({ path }) => path))]).toEqual(['identifiers/plans.ts']);
  });

  it.each(['/@.*[,;]/s', '/ +$/', '/[ \\u00a0]*(?:ext\\.?|x) *\\d{1,9}$/i', '/^\\s*\\d*\\s*$/', '/(a+)+$/'])(
    'would be found if it were %s',
    (text) => {
      const [{ source, flags }] = expressionsIn('x.ts', `x.test(${text});`) as [Expression];
      expect(judged(source!, flags)).toBe('vulnerable');
    },
  );
});

describe('a built-in function that is not linear', () => {
  it('is called only where its texts are bounded', () => {
    expect(eachSource(builtinsIn).sort()).toEqual(Object.keys(BUILTINS).sort());
  });

  it.each([
    ['t.normalize()', 'normalize'],
    ['t?.trim().normalize("NFC")', 'normalize'],
    ['t["normalize"]("NFC")', 'normalize'],
    ['all.sort((a, b) => a.localeCompare(b))', 'localeCompare'],
    ['new Intl.Collator().compare(a, b)', 'Collator'],
    ['new URL("ws://" + t)', 'URL'],
    ['URL.canParse(t)', 'URL'],
  ])('would be found if it were %s', (code, name) => {
    expect(builtinsIn('x.ts', code)).toEqual([`x.ts ${name}`]);
  });

  it('is none with a literal, which no stranger wrote', () => {
    expect(builtinsIn('x.ts', "new URL('./worker.js', import.meta.url)")).toEqual([]);
  });
});

interface Reader {
  /** What it takes for more than a character, and starts of what it takes. */
  readonly pieces: readonly string[];
  read(text: string): unknown;
}

const io = memoryIo().io;
let folder: string;
let counter: StepCounter;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'veilmatch-text-'));
  counter = await StepCounter.start();
});
afterAll(async () => {
  await counter.stop();
  rmSync(folder, { recursive: true });
});

const EMAIL = [
  '@',
  '<',
  '>',
  ',',
  ';',
  '"',
  '.',
  '-',
  ' ',
  'a',
  'mailto:',
  '?',
  '%41',
  '+',
  '\u200b',
  'é',
  '\u0301',
  '\u0316',
  '\u00a0',
];
/** As names, places, dates and ids have them. */
const FIELDS = [
  ' ',
  ',',
  '.',
  '-',
  '’',
  'a',
  'É',
  '\u0301',
  '1',
  '1985',
  '/',
  ', jr',
  ' iii',
  'dr. ',
  'New York',
  'aece52e7-',
];
const PHONE = [
  '+',
  '0',
  '1',
  ' ',
  '\u00a0',
  '(',
  ')',
  '-',
  '.',
  ',',
  ';',
  'ext',
  'x',
  'tel:',
  ';ext=',
  'E',
  '#',
  '/',
  '٣',
  '\n',
];
const JSON_LINES = ['{', '}', '"', '"a":', '[', ']', ',', '1', '\n', '{"a":"b"}\n', ' '];
const CARDS = [
  'BEGIN:VCARD\n',
  'END:VCARD\n',
  'TEL:',
  ';',
  ':',
  '"',
  '=',
  '\n ',
  '\n',
  'ADR:;;;;;;',
  'EMAIL;TYPE="',
  'a',
];
const CSV = ['"', '""', ',', ';', '\t', '\r', '\n', 'a', '@', '1', ' '];
const TOKEN = ['a', 'F', '0', '=', '/', '+', '-', '_', 'vmt_', ' '];
const LINES = ['a', ' ', '\t', '\n', '\r', '#', 'sha256:', 'ed25519:', '0', '.', 'vmt_'];
const ADDRESS = ['wss://', 'ws://', '[', ']', ':', '/', '.', '127', '@', '%', '?', '#', 'a', '1', '\\'];
const RULES = ['[', ']', 'a', ' ', '\t', '\n', '1', '.', '{', '}', ':', '#', '\ufeff'];

const file = (text: string): string => {
  const path = join(folder, 'file');
  writeFileSync(path, text);
  return path;
};

const drained = async (items: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of items);
};

const admission = { host: '127.0.0.1', partners: [], origins: ['https://a.example'], hosts: ['a.example'] };
const known = [{ name: 'a', tokens: [new Uint8Array(32)] }];
/** As entries stand in a file of partners. */
const PARTNER = ['CN=', 'a', ',', '=', '.', 'sha256:', '0', 'vmt_', ' ', '-----BEGIN', '/'];
const partnersFile = (text: string): string => {
  const certificates = [{ authority: text, subject: text }, { key: text }];
  return JSON.stringify({ partners: [{ name: text, tokens: [text], certificates }] });
};
const names = PROFILE_NAMES;

const READERS: Readonly<Record<string, Reader>> = {
  normalizeEmail: { pieces: EMAIL, read: normalizeEmail },
  normalizePhone: { pieces: PHONE, read: (text) => normalizePhone(text) },
  'normalizePhone in the US': { pieces: PHONE, read: (text) => normalizePhone(text, { country: 'US' }) },
  'normalizePhone, strict': {
    pieces: PHONE,
    read: (text) => normalizePhone(text, { country: 'DE', assigned: true }),
  },
  ...Object.fromEntries(
    names.flatMap((name): [string, Reader][] => [
      [`${name}, e-mail`, { pieces: EMAIL, read: (text) => profiles[name].email(text) }],
      [`${name}, phone`, { pieces: PHONE, read: (text) => profiles[name].phone?.(text, { country: 'FR' }) }],
    ]),
  ),
  ...Object.fromEntries(
    UPLOAD_FIELDS.map((field): [string, Reader] => [
      `${field} of every platform`,
      {
        pieces: FIELDS,
        read: (text) => {
          for (const name of names.filter((each) => profiles[each].fields.includes(field))) {
            try {
              profiles[name].field(field, text, { country: text });
            } catch (error) {
              expect(error).toBeInstanceOf(VeilmatchError);
            }
          }
        },
      },
    ]),
  ),
  uploadRows: {
    pieces: [...EMAIL, ...PHONE, ...FIELDS],
    read: (text) =>
      uploadRows([{ phone: text, email: text, country: text, lastName: text }], { profile: 'meta' }),
  },
  hashRows: {
    pieces: [...EMAIL, ...PHONE],
    read: (text) => hashRows([{ phone: text, email: text, country: text }], { profile: 'uid2' }),
  },
  'rows in a worker': {
    pieces: [...EMAIL, ...PHONE],
    read: (text) =>
      parseRows(
        { phone: [text], email: [text], country: [text] },
        { country: 'US', assigned: false, international: false, strict: false, match: 'any' },
      ),
  },
  joinTokens: { pieces: TOKEN, read: (text) => joinTokens([text], [text]) },
  'tokens to reverse': { pieces: TOKEN, read: (text) => TokenList.read([text], 32, false) },
  'truncated tokens': { pieces: TOKEN, read: (text) => TokenList.read([text], 32, LEAST_BYTES > 0) },
  'formats of numbers': { pieces: PHONE, read: (text) => checkFormat(text) },
  'rules for addresses': { pieces: RULES, read: emailRules },
  'word lists': { pieces: RULES, read: wordList },
  'CSV records': {
    pieces: CSV,
    read: async (text) => drained((await openCsv(cut(text), { source: 'x' })).batches),
  },
  'the dialect': { pieces: CSV, read: detectDialect },
  'JSON Lines': { pieces: JSON_LINES, read: (text) => drained(jsonLines(cut(text), 1_000_000)) },
  cards: { pieces: CARDS, read: (text) => drained(vcardRecords(cut(text), 1_000_000)) },
  'columns, one wide cell': {
    pieces: [...CSV, ...EMAIL, 'Tel', 'Mail'],
    read: (text) =>
      chooseColumns(
        [
          ['Phone', text],
          [text, text],
        ],
        {},
        'x',
      ),
  },
  'columns, a name asked for': {
    pieces: [...CSV, 'Tel', 'é', '\u0301', 'A'],
    read: (text) => chooseColumns([[text, 'b']], { columns: [{ name: text, field: 'phone' }] }, 'x'),
  },
  'columns, many narrow cells': {
    pieces: CSV,
    // Two records, which together have half as many cells as the text has characters: a column costs more than a character.
    read: (text) => {
      const cells = Array.from({ length: text.length / 4 }, (_, i) => text.slice(2 * i, 2 * i + 2));
      chooseColumns([cells, cells], { header: true }, 'x');
    },
  },
  'columns, a name of marks': {
    pieces: ['Mail', 'é', '\u0301', '\u0316', 'ﷺ', 'aB', ' '],
    read: (text) => chooseColumns([['Phone', text]], { header: true }, 'x'),
  },
  passphrases: {
    pieces: ['a', 'é', '\u0301', '\u0316'],
    read: (passphrase) => sealKey(new Uint8Array(1), { passphrase }, { scrypt: { logN: 1, r: 1, p: 1 } }),
  },
  tokens: { pieces: TOKEN, read: (text) => isToken(text) || partnerOfToken(text, known) },
  'the text of partners': { pieces: LINES, read: (text) => partnersOf(text, 'x', io) },
  'a file of partners': { pieces: PARTNER, read: (text) => readPartnersFile(file(partnersFile(text)), io) },
  'a file of keys': { pieces: LINES, read: (text) => readPeerKey(file(text), 'a', io) },
  'a cursor file': {
    pieces: ['{', '[', '"', ',', ':', '0', ']', '}', 'kind'],
    read: (text) => readCursorFile(file(text), [], io),
  },
  policies: { pieces: TOKEN, read: (text) => checkPolicy({ [text]: 1 }) },
  addresses: { pieces: ADDRESS, read: checkedUrl },
  hosts: { pieces: ADDRESS, read: isLoopback },
  'Host headers': { pieces: ADDRESS, read: (text) => hostAllowed(text, admission) },
  'Origin headers': { pieces: ADDRESS, read: (text) => originAllowed(text, admission.origins) },
};

/** Built-in functions that were handed more than they may be. */
function unbounded({ builtins }: Work): string[] {
  return builtins
    .filter(({ name, length }) => length > (BUILTINS[name]?.most ?? 0))
    .map(({ name, length }) => `${name} was handed ${length} characters`);
}

/** As a file is read. */
function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 16_384) yield bytes.subarray(from, from + 16_384);
}

/** Text as a file's chunks bring it. */
async function* cut(text: string): AsyncGenerator<string, void, undefined> {
  for (let at = 0; at < text.length; at += 65_536) yield text.slice(at, at + 65_536);
}

const LENGTH = times(60_000, 1_000_000);
const RUNS = times(5, 100);

/** A start, something over and over, and an end: the parts, so that a counterexample can be read. */
interface Parts {
  readonly start: string;
  readonly unit: string;
  readonly end: string;
  readonly length: number;
}

function partsOf(pieces: readonly string[]): fc.Arbitrary<Parts> {
  const some = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...pieces), { minLength, maxLength }).map((all) => all.join(''));
  const length = fc.constantFrom(240, 2_000, LENGTH);
  return fc.record({ start: some(0, 2), unit: some(1, 3), end: some(0, 2), length });
}

function textOf({ start, unit, end, length }: Parts): string {
  return start + unit.repeat(length / unit.length) + end;
}

/** Blocks and characters for each character, and for each text: at the greatest length less than a hundredth of its square. */
const A_CHARACTER = 150;
const A_TEXT = 60_000;

/** Expressions that may not be linear, and were handed more than they may be. */
function unjudged({ runs }: Work): string[] {
  return runs
    .map(({ source, flags, length }) => ({ source, flags: flags.replace('y', ''), length }))
    .filter(({ source, flags }) => !linear.has(`${flags} ${source}`))
    .filter(({ source, flags, length }) => length > mostOf(source, flags))
    .map(({ source, flags, length }) => `/${source}/${flags} was handed ${length} characters`);
}

function mostOf(source: string, flags: string): number {
  const found = expressions.find((other) => other.source === source && other.flags === flags);
  return (found && listed(found)?.most) ?? UNJUDGED;
}

describe('what strangers wrote', () => {
  it.each(Object.entries(READERS))('costs its length: %s', async (_name, { pieces, read }) => {
    await fc.assert(
      fc.asyncProperty(partsOf(pieces), async (all) => {
        const text = textOf(all);
        const work = await counter.count(() => read(text));
        expect([...unjudged(work), ...unbounded(work)]).toEqual([]);
        expect(work.steps).toBeLessThan(A_TEXT + A_CHARACTER * text.length);
      }),
      { numRuns: RUNS },
    );
  });
});

const FRAMES: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  'frames, records': (bytes) => decodeRecords(decodeFrame(bytes, FRAME_TYPES), 32, 0, 1 << 20),
  Hello: (bytes) => decodeHello(bodyOf(bytes, HELLO), ristretto255Suite),
  'contact queries': decodeQuery,
  'contact elements': (bytes) => decodeBlinded(bytes, 0, 1 << 20),
  'contact answers': (bytes) => decodeEvaluated(bytes, 0, 1 << 20),
  'contact headers': (bytes) => openHeader(bytes, { signer: new Uint8Array(32) }),
  'filters, parsed': parseFilter,
  'wire messages': decodeMessage,
  'framing of messages': (bytes) => drained(undelimited(slices(bytes))),
};

describe('a frame', () => {
  it.each(Object.entries(FRAMES))('costs its length: %s', async (_name, read) => {
    const head = fc.oneof(
      fc.constantFrom(...FRAME_TYPES).map(({ type }) => [type]),
      fc.constantFrom(
        [0, 0, 0, 1, 8],
        [0, 0, 255, 255],
        [10],
        [18, 255, 255, 3],
        [1, ...Buffer.from('veilmatch-psi')],
      ),
      fc.array(fc.nat(255), { maxLength: 30 }),
    );
    const unit = fc.array(fc.constantFrom(0, 1, 8, 10, 18, 127, 128, 255), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(head, unit, fc.constantFrom(100, 4_000, LENGTH), async (start, again, length) => {
        const bytes = new Uint8Array(start.length + length);
        bytes.set(start);
        for (let i = start.length; i < bytes.length; i++) bytes[i] = again[i % again.length]!;
        const work = await counter.count(() => read(bytes));
        expect(unjudged(work)).toEqual([]);
        expect(work.steps).toBeLessThan(A_TEXT + A_CHARACTER * bytes.length);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('the counter of steps', () => {
  it('sees a loop in a loop, and an expression that is handed much', async () => {
    const text = `${' '.repeat(3_000)}x`;
    const { steps, runs } = await counter.count(() => {
      for (let i = 0; i < 100; i++) text.replace(/ x$/, '');
    });
    expect(steps).toBeGreaterThan(100 * 3_000);
    expect(runs).toEqual([{ source: ' x$', flags: '', length: 3_001 }]);
  });

  it('sees what a built-in function of the source was handed', async () => {
    const marks = '\u0301\u0316'.repeat(100);
    const { builtins } = await counter.count(() => normalizeEmail(`é${marks}@é${marks}.de`));
    expect(builtins).toEqual([
      { name: 'identifiers/email.ts normalize', length: 201 },
      { name: 'identifiers/idna.ts normalize', length: 204 },
    ]);
  });
});

describe('a text that is too long', () => {
  it.each([
    ['an address with a name', () => normalizeEmail(`${'n'.repeat(2_042)}<a@b.c>`), 'too-long'],
    ['one at signs lead to', () => normalizeEmail(`${'@'.repeat(60_000)}<a@b.c>`), 'too-long'],
    ['a number', () => normalizePhone(`1${' '.repeat(30_000)}1`), 'too-long'],
    ['an address by a platform', () => profiles.uid2.email(`a@b.c${'x'.repeat(2_044)}`), 'too-long'],
  ])('is refused, however it begins: %s', (_name, read, code) => {
    expect(read).toThrow(expect.objectContaining({ code }));
  });

  it('is not one that a database has filled up with spaces, or that is as long as it may be', () => {
    const spaces = ' '.repeat(100_000);
    expect(normalizeEmail(`${spaces}Ada@Example.com${spaces}`)).toBe('ada@example.com');
    expect(normalizePhone(`+1 415 555 0123${spaces}`)).toBe('+14155550123');
    expect(normalizeEmail(`${'n'.repeat(2_041)}<a@b.c>`)).toBe('a@b.c');
    expect(profiles.uid2.email(`${spaces}a@b.c${spaces}`).normalized).toBe('a@b.c');
  });

  it('is a passphrase of more than 1,024 characters, or an address of more than 2,048', async () => {
    const options = { scrypt: { logN: 1, r: 1, p: 1 } };
    const sealed = await sealKey(Uint8Array.of(7), { passphrase: 'é'.repeat(1_024) }, options);
    const tooLong = { passphrase: '\u0301'.repeat(1_025) };
    await expect(sealKey(Uint8Array.of(7), tooLong, options)).rejects.toMatchObject({ code: 'argument' });
    await expect(openKey(sealed, tooLong)).rejects.toMatchObject({ code: 'argument' });
    expect(await openKey(sealed, { passphrase: 'e\u0301'.repeat(512) }).catch(({ code }) => code)).toBe(
      'bad-file',
    );
    expect(await openKey(sealed, { passphrase: 'é'.repeat(1_024) })).toEqual(Uint8Array.of(7));
    expect(() => checkedUrl(`wss://${'a'.repeat(2_043)}`)).toThrow(
      expect.objectContaining({ code: 'argument' }),
    );
    expect(hostOf(`${'a'.repeat(261)}`)).toBeUndefined();
    expect(hostOf('LOCALHOST:8443')).toBe('localhost');
  });

  it('says nothing of a column whose name it is, unless it is filled up with spaces', () => {
    const columns = (name: string) => chooseColumns([['Town', name]], { header: true }, 'x').columns;
    expect(columns(`Phone${' '.repeat(60_000)}`).phone).toEqual([1]);
    expect(columns(`Phone ${'n'.repeat(194)}`).phone).toEqual([1]);
    expect(() => columns(`Phone ${'n'.repeat(195)}`)).toThrow(expect.objectContaining({ code: 'argument' }));
  });

  it('is a file of keys of more than 65,536 bytes', async () => {
    const path = file(`a ed25519:${'0'.repeat(64)}\n`.padEnd(65_537, '#'));
    await expect(readPeerKey(path, 'a', io)).rejects.toMatchObject({ code: 'bad-file' });
    expect(createToken()).toHaveLength(47);
  });
});
