// SPDX-License-Identifier: Apache-2.0
/** The `veilmatch` tool: its commands, and what every ending of one means for the caller. */

import { readFileSync } from 'node:fs';
import { Command as Commander, CommanderError } from 'commander';
import { type ErrorCode, VeilmatchError } from '../errors.js';
import { budget } from './budget.js';
import type { Command } from './command.js';
import { compareCommand } from './compare.js';
import { connectCommand } from './connect.js';
import { hash } from './hash.js';
import type { Io } from './io.js';
import { keyCommand } from './key.js';
import { normalize } from './normalize.js';
import { ReaderGone } from './output.js';
import { finishCommand, requestCommand, respondCommand } from './psi.js';
import { reverse } from './reverse.js';
import { serveCommand } from './serve.js';
import { tokenCommand } from './token.js';

const commands: readonly Command[] = [
  normalize,
  hash,
  compareCommand,
  reverse,
  budget,
  tokenCommand,
  serveCommand,
  connectCommand,
  keyCommand,
  requestCommand,
  respondCommand,
  finishCommand,
];

/** What the commands of a group have in common. */
const GROUPS: Readonly<Record<string, string>> = {
  psi: 'find out what two lists share by exchanging two signed files',
};

const USAGE = 2;
const FAILURE = 3;
/** What shells report for a program that Ctrl-C ended: 128 + SIGINT. */
const INTERRUPTED = 130;

/** Errors that another command line puts right; all others are of input, output or the peer. */
const USAGE_CODES: readonly ErrorCode[] = ['argument'];

const HELP = `
Exit status: 0 done, rejected rows are reported; 1 rows were rejected and --strict was given; 2 the command line has to
be changed; 3 input, output or the peer failed.

Examples:
  veilmatch normalize patients.csv --country US
  veilmatch hash customers.csv --profile meta --country US -o audience.csv
  veilmatch reverse audience.csv --country US
  veilmatch hash --help
`;

/**
 * Runs the tool.
 * @param argv without the interpreter and the script
 * @returns the exit status
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let status = 0;
  const program = buildProgram(io, (result) => {
    status = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    return endingOf(error, io);
  }
}

function buildProgram(io: Io, finish: (status: number) => void): Commander {
  const program = new Commander('veilmatch')
    .description(
      'Find out which customers two lists share: hashing as the platforms do it, and private set intersection.',
    )
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getErrHelpWidth: () => 100,
      getOutHelpWidth: () => 100,
    })
    .showSuggestionAfterError()
    .addHelpText('after', HELP);
  const groups = new Map<string, Commander>();
  for (const command of commands) {
    const [name, parent] = placeOf(command.name, program, groups);
    const sub = parent.command(name).description(command.summary).addHelpText('after', command.help);
    for (const { name, description } of command.arguments) sub.argument(name, description);
    for (const option of command.options) sub.addOption(option);
    sub.showHelpAfterError(`Try: veilmatch ${command.name} --help`);
    sub.action(async () => finish(await command.run(sub.args, sub.opts(), io)));
  }
  return program;
}

/** `psi request` is the command `request` of a group `psi`. */
function placeOf(name: string, program: Commander, groups: Map<string, Commander>): [string, Commander] {
  const [group, own] = name.split(' ') as [string, string?];
  if (own === undefined) return [name, program];
  const parent = groups.get(group) ?? program.command(group).description(GROUPS[group] ?? '');
  groups.set(group, parent);
  return [own, parent];
}

/** From package.json, two folders up from the source and from the built file alike. */
function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Ctrl-C where the terminal passes it on as a key. */
function isInterrupt(error: unknown): boolean {
  return error instanceof VeilmatchError && error.code === 'aborted';
}

function endingOf(error: unknown, io: Io): number {
  if (error instanceof ReaderGone) return 0;
  if (io.signal?.aborted || isInterrupt(error)) return INTERRUPTED;
  // Commander has said what is wrong; help and version end with its status 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  if (error instanceof VeilmatchError) {
    io.stderr.write(`error: ${error.message}\n`);
    return USAGE_CODES.includes(error.code) ? USAGE : FAILURE;
  }
  // The message of a foreign error may quote what it stumbled over.
  const name = error instanceof Error ? error.name : typeof error;
  io.stderr.write(`error: something unforeseen went wrong (${name}). Please report it, without your list.\n`);
  return FAILURE;
}
