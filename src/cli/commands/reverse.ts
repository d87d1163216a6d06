// SPDX-License-Identifier: Apache-2.0
/** `veilmatch reverse`: how many tokens of a list can be read back, by trying what they can stand for. */

import { rm } from 'node:fs/promises';
import { InvalidArgumentError, Option } from 'commander';
import { accidentNamed } from '../../attack/accidents.js';
import { checkFormat } from '../../attack/format.js';
import {
  type LineType,
  type ReversalSummary,
  type ReverseEmailsOptions,
  type ReverseOptions,
  reverse as startReversal,
} from '../../attack/index.js';
import { VeilmatchError } from '../../errors.js';
import { profiles } from '../../identifiers/index.js';
import { placeName } from '../../lists/address.js';
import type { Cells } from '../../lists/duckdb.js';
import type { Io } from '../../lists/io.js';
import { checkDistinct, PRIVATE_MODE, withOutputs, writeAll } from '../../lists/output.js';
import type { Command, ExitStatus } from '../command.js';
import { parseCountry, statusFor, strictOption } from '../flags/list-options.js';
import { reportFile, reportOption, spreadsheetOption } from '../flags/output-options.js';
import {
  algorithmOf,
  checkFlags,
  type ReverseFlags,
  readDictionary,
  readPlan,
  readRecipe,
  secondaryInputs,
  wholeBytesOf,
} from '../flags/reverse-inputs.js';
import { readTokens, type TokenFile } from '../flags/tokens.js';
import { areaCodesOption, parseAreaCodes, wholeNumber } from '../flags/values.js';
import { startProgress } from '../report/progress.js';
import { reversalPage } from '../report/reversal-page.js';
import { reversalJson, reversalText } from '../report/reverse-report.js';
import { type Revealed, readCursorFile, writeCursorFile } from '../secrets/cursor-file.js';

/** How often a search that goes on later stores where it is, besides when it stops. */
const STORE_EVERY_MS = 60_000;
const LINE_TYPES: readonly LineType[] = ['MOBILE', 'FIXED_LINE', 'VOIP', 'PERSONAL_NUMBER'];

export const reverse: Command = {
  name: 'reverse',
  summary: 'count how many hashed numbers, addresses, birth dates or postal codes anybody can read back',
  arguments: [
    {
      name: '<file>',
      description:
        'tokens, one a line, or a list with a column of them: CSV, also compressed, or Parquet; - is standard input',
    },
  ],
  options: [
    new Option('--column <NAME>', 'the column of tokens, by name or by number from 1 (recognised otherwise)'),
    new Option('--country <CC>', 'try the telephone numbers of this country').argParser(parseCountry),
    areaCodesOption(),
    new Option('--exclude <LIST>', 'no numbers that begin with these').argParser(parseAreaCodes),
    new Option(
      '--types <LIST>',
      `some of ${LINE_TYPES.join(', ')}, with commas alone between them (default: the first two)`,
    ).argParser(parseTypes),
    new Option(
      '--ranges <FILE>',
      "ranges of one's own: lines of prefix,digits such as 15112,11 or 15112,10-11",
    ),
    new Option(
      '--format <NAME>',
      "how numbers were written: e164, digits, national, a mask such as ###-###-####, a platform's name, or auto, which tries the common ones (default: auto)",
    ),
    new Option(
      '--accident <NAME>',
      'what happened to all texts before they were hashed, such as newline, utf-16le or twice-hex; none; or auto, which tries all on a sample first (default: auto where --format is)',
    ),
    new Option('--emails', 'try likely e-mail addresses instead'),
    new Option('--birth-dates', 'try all birth dates since 1900 instead, as uploads write them'),
    new Option('--postal-codes', 'with --country: try all postal codes of that country instead'),
    new Option('--candidates <N>', 'with --emails: so many of them (default: 100000000)').argParser(
      wholeNumber(1, Number.MAX_SAFE_INTEGER, 'Give a whole number from 1.'),
    ),
    new Option('--words <FILE>', 'with --emails: words to try, one a line'),
    new Option('--rules <FILE>', 'with --emails: patterns and lists to try'),
    new Option('--algorithm <NAME>', 'the hash (default: by the length of the tokens)').choices([
      'sha256',
      'sha1',
      'md5',
      'sha512',
    ]),
    new Option('--salt-file <FILE>', "the file's bytes (less one line break at the end) are the salt"),
    new Option(
      '--salt-position <WHERE>',
      'with --salt-file: before or after the text (default: prefix)',
    ).choices(['prefix', 'suffix']),
    new Option(
      '--salt-column <NAME>',
      'the column of a salt for each token, by name or by number (recognised where it is called salt, and of digest:salt)',
    ),
    new Option('--key-file <FILE>', 'HMAC-SHA-256 under the key in the file, 64 or more hexadecimal digits'),
    new Option('--campaign <NAME>', 'with --key-file: under a key derived for this campaign'),
    new Option('--truncated', 'the tokens are only the first bytes of digests, four or more'),
    new Option(
      '--cursor <FILE>',
      'stop at any time; the same command goes on from this file, and removes it at the end',
    ),
    new Option('--reveal', 'write what was read back to the file of -o, as token,identifier'),
    new Option('-o, --output <FILE>', 'with --reveal: that file, which only its owner can read'),
    spreadsheetOption(),
    reportOption(),
    strictOption(),
    new Option('--json', 'write one JSON document instead of text'),
  ],
  help: `
The result is a count. It says what a partner, or whoever else gets the list, can read of it: no more than this command
is needed. Nothing is sent anywhere. Identifiers are written only with --reveal -o FILE.

Only for lists that you control, or are authorised in writing to assess. Re-identifying other people's data can be an
offence: in the United Kingdom under section 171 of the Data Protection Act 2018, for one. Hashed lists are personal
data, and so is what private set intersection returns. This is no legal advice.

With --reveal, the file of --cursor holds the identifiers that were found so far; only its owner can read it.

Examples:
  veilmatch reverse audience.csv --country US --area-codes 415,628
  veilmatch reverse audience.csv --country DE --format meta --json
  veilmatch reverse tokens.txt --country US --salt-file salt.txt --cursor search.json
  veilmatch reverse audience.csv --country US --report reversal.html
  veilmatch reverse tokens.txt --emails --reveal -o found.csv
`,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as ReverseFlags;
    const path = args[0]!;
    checkFlags(flags, path);
    checkNames(flags);
    const inputs = [path, ...secondaryInputs(flags)];
    const report = reportFile(flags);
    await checkDistinct([flags.output, flags.cursor, ...report], inputs);
    const outputs = [undefined, ...report, ...(flags.reveal ? [flags.output] : [])];
    const status = await withOutputs(
      outputs,
      inputs,
      io,
      async (result, ...files): Promise<ExitStatus> => {
        const page = report.length > 0 ? files.shift() : undefined;
        const [revealOutput] = files;
        const list = await readTokens(
          path,
          {
            column: flags.column,
            saltColumn: flags.saltColumn,
            named: columnsOf(flags),
            wholeBytes: wholeBytesOf(flags),
            truncated: flags.truncated ?? false,
          },
          io,
        );
        reportInput(path, list, io);
        const { summary, revealed } = await searchFor(
          list.tokens,
          flags,
          await searchOptions(list, flags, io),
          io,
        );
        const columns = new Map([
          ['token', 'text'],
          ['identifier', 'text'],
        ] as const);
        const table = await revealOutput?.table(columns, flags);
        await table?.append(revealedPairs(revealed!));
        await writeAll(result!, [flags.json ? reversalJson(summary) : reversalText(summary)]);
        await page?.write(reversalPage(summary));
        return statusFor(flags, list.rejected.count);
      },
      PRIVATE_MODE,
    );
    if (flags.cursor !== undefined) await rm(flags.cursor, { force: true });
    return status;
  },
};

function reportInput(path: string, { notes, tokens, rejected }: TokenFile, io: Io): void {
  const say = (message: string): void => void io.stderr.write(`${placeName(path)}: ${message}\n`);
  for (const note of notes) say(note);
  say(`tokens ${tokens.length}, rejected ${rejected.count}`);
  if (rejected.count === 0) return;
  const more = rejected.count > rejected.lines.length ? ', ...' : '';
  const lines = `line${rejected.count === 1 ? '' : 's'} ${rejected.lines.join(', ')}${more}`;
  io.stderr.write(`${String(rejected.count).padStart(8)}  no token like the others (${lines})\n`);
}

/** Before the list is read: it may be long. @throws {VeilmatchError} `argument` */
function checkNames({ accident = 'auto', format = 'auto' }: ReverseFlags): void {
  if (accident !== 'auto' && accident !== 'none') accidentNamed(accident);
  if (format !== 'auto' && !Object.hasOwn(profiles, format)) checkFormat(format);
}

/** What the column of tokens is called, where there are several. */
function columnsOf({ emails, birthDates, postalCodes }: ReverseFlags): (name: string) => boolean {
  if (emails) return (name) => /mail/i.test(name);
  if (birthDates) return (name) => /birth|dob|geb|naiss/i.test(name);
  if (postalCodes) return (name) => /zip|post|plz/i.test(name);
  return (name) => !/mail|birth|dob|zip|post|plz|name|city|state|gender/i.test(name);
}

type Question = ReverseOptions | ReverseEmailsOptions;

async function searchOptions(list: TokenFile, flags: ReverseFlags, io: Io): Promise<Question> {
  const { format = 'auto', truncated } = flags;
  const recipe = await readRecipe(flags, io);
  // A platform brings its hash with it.
  const named = Object.hasOwn(profiles, format);
  const byLength = named || truncated || recipe.key !== undefined ? undefined : algorithmOf(list.tokenBytes);
  const algorithm = recipe.algorithm ?? byLength;
  if (recipe.algorithm === undefined && byLength !== undefined)
    io.stderr.write(`taken for ${byLength}, by their length\n`);
  const common = { ...recipe, algorithm, truncated };
  const { accident = format === 'auto' && !truncated ? 'auto' : 'none' } = flags;
  const dictionary = await readDictionary(flags, io);
  if (dictionary !== undefined) return { ...common, accident, dictionary };
  return { ...common, accident, format, plan: await readPlan(flags, io) };
}

interface Found {
  readonly summary: ReversalSummary;
  /** With --reveal. */
  readonly revealed: Revealed | undefined;
}

async function searchFor(
  tokens: readonly string[],
  flags: ReverseFlags,
  question: Question,
  io: Io,
): Promise<Found> {
  const { cursor: path, reveal = false } = flags;
  const stored = path === undefined ? undefined : await readCursorFile(path, tokens, io);
  if (stored !== undefined && (stored.revealed !== undefined) !== reveal) {
    throw new VeilmatchError(
      'argument',
      `The search in ${placeName(path!)} was begun ${reveal ? 'without' : 'with'} --reveal. Go on as it was begun, or name another file.`,
    );
  }
  const revealed = reveal ? (stored?.revealed ?? new Map<string, string[]>()) : undefined;
  const progress = startProgress(io, 'reverse', 'candidates');
  const ending = new AbortController();
  const reversal = startReversal(tokens, {
    ...question,
    cursor: stored?.cursor,
    signal: AbortSignal.any([ending.signal, ...(io.signal ? [io.signal] : [])]),
    onProgress: progress.update,
  });
  let storing = Promise.resolve();
  /** One at a time: an older state must not replace a newer one. */
  const store = async (): Promise<void> => {
    if (path === undefined) return;
    const write = (): Promise<void> =>
      writeCursorFile(path, { cursor: reversal.cursor(), revealed }, tokens, io);
    storing = storing.then(write, write);
    await storing;
  };
  // That nothing can be written there is better found out now. Later on, a failure may pass.
  const timer = setInterval(() => void store().catch(() => {}), STORE_EVERY_MS);
  try {
    await store();
    for await (const { token, identifier } of reversal) {
      const known = revealed?.get(token) ?? [];
      if (!known.includes(identifier)) revealed?.set(token, [...known, identifier]);
    }
    return { summary: await reversal.summary, revealed };
  } catch (error) {
    if (path !== undefined) await store();
    progress.clear();
    if (path !== undefined && io.signal?.aborted)
      io.stderr.write(`stopped; the same command goes on from ${path}\n`);
    throw error;
  } finally {
    clearInterval(timer);
    await storing.catch(() => {});
    progress.clear();
    ending.abort();
  }
}

function* revealedPairs(revealed: Revealed): Generator<Cells> {
  for (const [token, identifiers] of revealed) {
    for (const identifier of identifiers) yield [token, identifier];
  }
}

function parseTypes(text: string): LineType[] {
  const types = text.split(',');
  if (types.every((type): type is LineType => (LINE_TYPES as readonly string[]).includes(type))) return types;
  throw new InvalidArgumentError(`Give some of ${LINE_TYPES.join(', ')}, separated by commas.`);
}
