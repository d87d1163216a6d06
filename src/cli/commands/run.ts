// SPDX-License-Identifier: Apache-2.0
/** `veilmatch run`: a command and its arguments out of a file, and a report of how it ended, for what runs by itself. */

import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import { STDIN } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import { checkDistinct, checkOutputFiles, withOutputs } from '../../lists/output.js';
import type { Command, ExitStatus } from '../command.js';
import { endingOf } from '../ending.js';
import { MAX_CONFIG_BYTES, objectIn, withoutSchema, wrongIn } from '../flags/config-file.js';
import { readJson } from '../flags/json-file.js';
import { readSettings } from '../flags/settings.js';
import { manifest } from '../manifest.js';

interface RunFlags {
  readonly output?: string;
  readonly quiet?: true;
  readonly dryRun?: true;
}

/** A job as it is run. */
interface Job {
  readonly command: Command;
  readonly args: readonly string[];
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly places: readonly string[];
}

/** Commands whose `--json` is the result itself, and belongs to the file of `--output` where there is one. */
const RESULT_AS_JSON: readonly string[] = ['normalize', 'hash', 'compare', 'inspect'];

/** Characters of a result that a report has in it, and lines of messages. */
const MAX_RESULT = 2 ** 24;
const MAX_MESSAGES = 200;

const OUTCOMES: Readonly<Record<ExitStatus, string>> = {
  0: 'done',
  1: 'rejected',
  2: 'usage',
  3: 'failed',
  130: 'interrupted',
};

/** @param commands that a job can name */
export const runCommand = (commands: readonly Command[]): Command => ({
  name: 'run',
  summary: 'run a job: a command and its arguments from a file',
  arguments: [{ name: '<job>', description: 'a JSON file with "command" and "arguments"' }],
  options: [
    new Option(
      '-o, --output <FILE>',
      'write the report to this file, whatever becomes of the job (default: standard output)',
    ),
    new Option(
      '--quiet',
      'write messages to standard error only when the job ends with another status than 0',
    ),
    new Option('--dry-run', 'say what would be typed, and do not run it'),
  ],
  help: `
A job is a command of this tool as data. Its arguments are the flags without dashes, and what stands before them by its name;
secrets are names of files, and all files are named from the folder of the job:
  {"command": "connect", "arguments": {"url": "wss://partner.example:8443", "file": "customers.csv", "country": "US",
     "token-file": "partner.token", "reveal": "intersection", "output": "shared.csv"}}
A flag that can be repeated takes a list, one without a value is true. The schema is docs/job.schema.json of the package.

The exit status is that of the command. The report is one JSON document: command, status, outcome (done, rejected, usage, failed,
interrupted), started, seconds, result (what the command says with --json), messages, and error with its code where there is one.
A job that cannot be read ends with 3, and has none: one of an earlier run stays as it is.

Examples:
  veilmatch run weekly.json -o report.json
  veilmatch run weekly.json --dry-run
  veilmatch doctor weekly.json
In a crontab, every Monday at three; cron sends what it says when it fails:
  0 3 * * 1  veilmatch run /srv/match/weekly.json -o /srv/match/report.json --quiet
`,
  run: ([path], options, io) => run(commands, path!, options as RunFlags, io),
});

async function run(
  commands: readonly Command[],
  path: string,
  { output, quiet, dryRun }: RunFlags,
  io: Io,
): Promise<ExitStatus> {
  const job = await readJob(commands, path, io);
  // The report is written last, over a list or a result of the same name.
  await checkDistinct([output], job.places, 'a file of the job');
  if (dryRun) {
    await withOutputs([output], [path], io, (file) => file.write(`${typed(job)}\n`));
    return 0;
  }
  const { command } = job;
  const tells = command.options.some(({ long }) => long === '--json');
  if (output === undefined && !tells) {
    throw new VeilmatchError(
      'argument',
      `What ${command.name} writes to standard output has no place in a report: name a file for the report with --output.`,
    );
  }
  await checkOutputFiles({ '--output': output }, [path]);
  const asDocument = tells && !(RESULT_AS_JSON.includes(command.name) && job.options.output !== undefined);
  const errors = new Messages(quiet ? undefined : io.stderr);
  const told = new Told();
  const its: Io = { ...io, stderr: errors, stdout: asDocument ? told : io.stdout };
  const started = new Date();
  const ending = await command
    .run(job.args, asDocument ? { ...job.options, json: true } : job.options, its)
    .then((status) => ({ status, code: undefined, message: undefined }))
    .catch((error) => ({ code: undefined, message: undefined, ...endingOf(error, its) }));
  const { status, code, message } = ending;
  if (quiet && status !== 0) io.stderr.write(errors.text());
  const report = {
    veilmatch: manifest().version,
    command: command.name,
    status,
    outcome: OUTCOMES[status],
    started: started.toISOString(),
    seconds: Math.round(Date.now() - started.getTime()) / 1000,
    result: status <= 1 ? told.document() : undefined,
    messages: errors.lines(),
    error: message === undefined ? undefined : { code, message },
  };
  // An interrupted job has a report, too.
  const unstopped = { ...io, signal: undefined };
  await withOutputs([output], [path], unstopped, (file) =>
    file.write(`${JSON.stringify(report, null, 2)}\n`),
  );
  return status;
}

/** @throws {VeilmatchError} `io`; `bad-file`, with the place of what is wrong, never with its value */
export async function readJob(commands: readonly Command[], path: string, io: Io): Promise<Job> {
  const value = await readJson(path, io, MAX_CONFIG_BYTES, 'a job', 'veilmatch run --help shows a job.');
  const wrong = wrongIn(path);
  const { command: name, arguments: given = {}, ...others } = withoutSchema(objectIn(value, '', wrong));
  if (Object.keys(others).length > 0) throw wrong('', 'may have command and arguments, and nothing else.');
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    throw wrong('command', `must be one of ${commands.map((one) => one.name).join(', ')}.`);
  }
  const within = wrongIn(path, 'arguments');
  const settings = objectIn(given, 'arguments', wrong);
  const read = readSettings(command, settings, dirname(path), true, within);
  const readsStdin = Object.entries(settings).some(([of, value]) => value === STDIN && of !== 'output');
  if (path === STDIN && readsStdin) {
    throw within('', 'name standard input, which the job itself comes from. Put one of the two into a file.');
  }
  return { command, ...read };
}

/** As it would be typed. */
function typed({ command, args, words }: Job): string {
  return ['veilmatch', command.name, ...[...words, ...args].map(quoted)].join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Standard error, kept and passed on. It is no terminal, so that lines are whole. */
class Messages extends Writable {
  readonly #through: Writable | undefined;
  #text = '';

  constructor(through: Writable | undefined) {
    super();
    this.#through = through;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#through?.write(chunk);
    this.#text += chunk.toString('utf8');
    // Of very many the last ones say how it ended.
    if (this.#text.length > 2 * MAX_RESULT) this.#text = this.#text.slice(-MAX_RESULT);
    done();
  }

  text(): string {
    return this.#text;
  }

  lines(): string[] {
    return this.#text.split('\n').filter(Boolean).slice(-MAX_MESSAGES);
  }
}

/** Standard output of a command that tells of itself in one document. */
class Told extends Writable {
  #text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#text += chunk.toString('utf8');
    const isLong = this.#text.length > MAX_RESULT;
    const tooLong = 'The result is too long for a report: name a file for it, as "output".';
    done(isLong ? new VeilmatchError('argument', tooLong) : undefined);
  }

  document(): unknown {
    try {
      return JSON.parse(this.#text);
    } catch {
      // A dry run speaks in words.
      return this.#text === '' ? undefined : this.#text;
    }
  }
}
