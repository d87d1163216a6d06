// SPDX-License-Identifier: Apache-2.0
/** The `veilmatch` tool: its commands, and what every ending of one means for the caller. */

import { Command as Commander, Help } from 'commander';
import { registry } from '../compare/registry.js';
import type { Io, Terminal } from '../lists/io.js';
import { type ListProtocol, requireListProtocol } from '../psi/described/command-line.js';
import type { Command } from './command.js';
import { budget } from './commands/budget.js';
import { compareCommand } from './commands/compare.js';
import { completionCommand } from './commands/completion.js';
import { connectCommand } from './commands/connect.js';
import {
  DIRECTORY_COURSE,
  directoryAddCommand,
  directoryCreateCommand,
  directoryInfoCommand,
  directoryRemoveCommand,
  directoryRotateCommand,
} from './commands/directory.js';
import { directoryServeCommand } from './commands/directory-serve.js';
import { doctorCommand } from './commands/doctor.js';
import { hash } from './commands/hash.js';
import { inspectCommand } from './commands/inspect.js';
import { keyCommand } from './commands/key.js';
import { lookupCommand } from './commands/lookup.js';
import { normalize } from './commands/normalize.js';
import {
  pairDecryptCommand,
  pairEncryptCommand,
  pairHashCommand,
  pairMatchCommand,
  pairReencryptCommand,
} from './commands/pair.js';
import { pairKeyCommand, pairSaltCommand } from './commands/pair-secrets.js';
import { requestCommand, respondCommand } from './commands/psi.js';
import { finishCommand, nextCommand } from './commands/psi-finish.js';
import { reverse } from './commands/reverse.js';
import { runCommand } from './commands/run.js';
import { serveCommand } from './commands/serve.js';
import { tokenCommand } from './commands/token.js';
import { workerCommand } from './commands/worker.js';
import { endingOf } from './ending.js';
import { withConfig } from './flags/config-file.js';
import { LIST_ARGUMENT } from './flags/list-options.js';
import { PAIR_COURSE } from './flags/pair-options.js';
import { checkFlags } from './flags/protocol-options.js';
import { COURSE } from './flags/psi-options.js';
import { manifest } from './manifest.js';
import { checkNoToken } from './secrets/exposed.js';

/** @param protocols that two parties can run with each other */
export const jobCommands = (protocols: readonly ListProtocol[]): readonly Command[] => [
  inspectCommand,
  normalize,
  hash,
  compareCommand,
  reverse,
  budget,
  tokenCommand,
  serveCommand(protocols),
  connectCommand(protocols),
  keyCommand,
  requestCommand(protocols),
  respondCommand(protocols),
  nextCommand(protocols),
  finishCommand(protocols),
  pairSaltCommand,
  pairKeyCommand,
  pairHashCommand,
  pairEncryptCommand,
  pairReencryptCommand,
  pairMatchCommand,
  pairDecryptCommand,
  directoryCreateCommand,
  directoryAddCommand,
  directoryRemoveCommand,
  directoryRotateCommand,
  directoryInfoCommand,
  directoryServeCommand,
  lookupCommand,
];

/** All commands: those that a job can name, and those that are about them. */
function commandsFor(protocols: readonly ListProtocol[]): readonly Command[] {
  const jobs = jobCommands(protocols);
  const doctor = doctorCommand(jobs);
  const run = runCommand(jobs);
  const all = [...jobs, workerCommand, run, doctor];
  const completion = completionCommand(() => [...all, completion]);
  return [...all, completion];
}

/** What the commands of a group have in common. */
const GROUPS: Readonly<Record<string, { readonly summary: string; readonly help: string }>> = {
  psi: { summary: 'find out what two lists share by exchanging signed files', help: COURSE },
  pair: {
    summary: 'PAIR of IAB Tech Lab, with advertisers and publishers on other software',
    help: PAIR_COURSE,
  },
  directory: {
    summary:
      'publish members for contact discovery, and answer clients that look for their contacts among them',
    help: DIRECTORY_COURSE,
  },
};

const HELP = `
Exit status: 0 done, rejected rows are reported; 1 rows were rejected and --strict was given, or more than --max-rejected allows,
or all of a list, or doctor found what would stop a run; 2 the command line has to be changed; 3 input, output or the peer failed.
An error is one line on standard error, error: and what to do, with --json
too; standard output holds no part of a result then, but of normalize and hash without -o the rows before it.

Examples:
  veilmatch compare ours.csv theirs.csv --country US --area-codes 415,628
  veilmatch normalize patients.csv --country US
  veilmatch hash customers.csv --profile meta --country US -o audience.csv
  veilmatch reverse audience.csv --country US
  veilmatch serve customers.csv --country US --reveal intersection --partners partners.json
  veilmatch connect wss://partner.example:8443 customers.csv --country US --token-file partner.token
  veilmatch hash --help
`;

/**
 * Runs the tool.
 * @param argv without the interpreter and the script
 * @param protocols that two parties can run with each other
 * @returns the exit status
 */
export async function run(
  argv: readonly string[],
  io: Io,
  protocols: readonly ListProtocol[] = registry,
): Promise<number> {
  for (const protocol of protocols) requireListProtocol(protocol);
  checkFlags(protocols);
  let status = 0;
  const program = buildProgram(commandsFor(protocols), io, (result) => {
    status = result;
  });
  try {
    checkNoToken(argv);
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    return endingOf(error, io).status;
  }
}

function buildProgram(commands: readonly Command[], io: Io, finish: (status: number) => void): Commander {
  const program = new Commander('veilmatch')
    .description(
      'Find out which customers two lists share: hashing as the platforms do it, and private set intersection.',
    )
    .version(manifest().version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getErrHelpWidth: () => widthOf(io.stderr),
      getOutHelpWidth: () => widthOf(io.stdout),
    })
    .configureHelp({
      // Of what a narrow terminal leaves beside the options, commander would make one long line otherwise.
      minWidthToWrap: 20,
      optionDescription: (option) =>
        `${new Help().optionDescription(option)}${option.mandatory ? ' (required)' : ''}`,
    })
    .showSuggestionAfterError()
    .showHelpAfterError('Try: veilmatch --help')
    .addHelpText('after', helpOf(HELP, io));
  const groups = new Map<string, Commander>();
  for (const command of commands) {
    const [name, parent] = placeOf(command.name, program, groups, io);
    const sub = parent
      .command(name)
      .summary(command.summary)
      .description(sentence(command.summary))
      .addHelpText('after', helpOf(command.help, io));
    for (const { name, description } of command.arguments) sub.argument(name, description);
    for (const option of command.options) sub.addOption(option);
    sub.showHelpAfterError(`Try: veilmatch ${command.name} --help`);
    const takesList = command.arguments.includes(LIST_ARGUMENT);
    sub.exitOverride((error) => {
      if (takesList && error.code === 'commander.excessArguments')
        io.stderr.write(
          "Several files are one list by a pattern in quotes, which the shell leaves alone: 'part-*.csv'\n",
        );
      throw error;
    });
    sub.action(async () => {
      const { args, options } = await withConfig(command, sub, io);
      finish(await command.run(args, options, io));
    });
  }
  return program;
}

/** `psi request` is the command `request` of a group `psi`. */
function placeOf(
  name: string,
  program: Commander,
  groups: Map<string, Commander>,
  io: Io,
): [string, Commander] {
  const [group, own] = name.split(' ') as [string, string?];
  if (own === undefined) return [name, program];
  const known = groups.get(group);
  if (known !== undefined) return [own, known];
  const { summary, help } = GROUPS[group]!;
  const parent = program
    .command(group)
    .summary(summary)
    .description(sentence(summary))
    .showHelpAfterError(`Try: veilmatch ${group} --help`)
    .addHelpText('after', helpOf(help, io));
  groups.set(group, parent);
  return [own, parent];
}

const WIDTH = 100;
const LEAST_WIDTH = 40;

function widthOf({ columns = WIDTH }: Terminal): number {
  return Math.max(LEAST_WIDTH, Math.min(WIDTH, columns));
}

/** Gives a command's help the width of where it is printed. */
function helpOf(text: string, io: Io): (context: { readonly error: boolean }) => string {
  return ({ error }) => reflowed(text, widthOf(error ? io.stderr : io.stdout));
}

/** Lines that are indented stay as they are; the others flow together up to an empty one. */
function reflowed(text: string, width: number): string {
  return text.replace(/(?:^\S.*\n?)+/gm, (paragraph) => {
    const [first = '', ...words] = paragraph.trimEnd().split(/\s+/);
    const lines = [first];
    for (const word of words) {
      if (lines.at(-1)!.length + 1 + word.length > width) lines.push(word);
      else lines[lines.length - 1] += ` ${word}`;
    }
    return `${lines.join('\n')}\n`;
  });
}

function sentence(summary: string): string {
  return `${summary[0]!.toUpperCase()}${summary.slice(1)}.`;
}
