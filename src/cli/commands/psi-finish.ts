// SPDX-License-Identifier: Apache-2.0
/** `veilmatch psi next` and `finish`: how a run through files goes on, and ends. */

import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import type { Io } from '../../lists/io.js';
import { checkFileNames, checkOutputFiles, withOutputs } from '../../lists/output.js';
import { withSharedRows } from '../../lists/shared-rows.js';
import { pathName } from '../../path-name.js';
import type { ListProtocol } from '../../psi/described/command-line.js';
import { isLastFor, numberInRun } from '../../transport/exchange/chain.js';
import { readHeader } from '../../transport/exchange/exchange-file.js';
import { filesOf } from '../../transport/exchange/plan.js';
import type { Command, ExitStatus } from '../command.js';
import { type Choice, choose, partyOf } from '../flags/choice.js';
import { type DatasetFlags, datasetOptions } from '../flags/dataset-options.js';
import { checkKeep, keepOption, spillOption, spreadsheetOption } from '../flags/output-options.js';
import { type OwnFlags, readOwn, writtenWith } from '../flags/own.js';
import {
  COURSE,
  type FinishFlags,
  fileArgument,
  KEY_HELP,
  keyFiles,
  keyOption,
  limitOptions,
  type NextFlags,
  outputOption,
  SIGNING_KEY,
  stateOption,
} from '../flags/psi-options.js';
import { count } from '../report/comparison.js';
import { type FileRun, openFileRun, runIdOf } from '../secrets/file-runs.js';
import { readKey } from '../secrets/secrets.js';
import { ledgerFile } from '../secrets/state-folder.js';
import { readUnlock, stateKeyOption } from '../secrets/unlock.js';
import { checkRows, noteRows } from './connect-run.js';
import { finishByDataset } from './psi-dataset.js';
import { nextLine, type Stepped, takeStep, taking } from './psi-step.js';

/** @param protocols that it runs */
export const nextCommand = (protocols: readonly ListProtocol[]): Command => ({
  name: 'psi next',
  summary: "read a partner's file and write the next one, where a run takes more than two",
  arguments: [fileArgument('file')],
  options: [
    keyOption(),
    outputOption('write the next file to this one').makeOptionMandatory(),
    stateOption().makeOptionMandatory(),
    stateKeyOption(),
    ...limitOptions(''),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as NextFlags;
    const [file] = args as [string];
    const { output } = flags;
    await checkOutputFiles({ '--output': output, '--ledger': ledgerFile(flags.ledger) }, [
      file,
      ...keyFiles(flags),
    ]);
    const signingKey = await readKey(flags.key, io, SIGNING_KEY);
    const run = await keptRun(file, flags, io);
    const choice = choiceOf(run, protocols);
    const step = await taking(run, false, async () => {
      await checkCommand(file, run, choice, false);
      const read = await readOwn(run.list, run.flags, [choice], io);
      const { journal } = run;
      const files = { reads: file, writes: output };
      return takeStep(
        { choice, read, flags: run.flags, files, partner: journal.peer, journal, signingKey, limits: flags },
        io,
      );
    });
    io.stderr.write(
      `${pathName(output)}: file ${step.written! + 1} of ${step.files} of the run with ${run.journal.peer}\n`,
    );
    io.stderr.write(nextLine(step, output, choice, run.journal.peer, flags));
    return 0;
  },
});

/** @param protocols that it runs */
export const finishCommand = (protocols: readonly ListProtocol[]): Command => ({
  name: 'psi finish',
  summary: 'read the last file that the partner sends you, and take the result',
  arguments: [{ ...fileArgument('file'), name: '[file]' }],
  options: [
    stateOption().makeOptionMandatory(),
    stateKeyOption(),
    ...datasetOptions(),
    new Option(
      '--send <FILE>',
      'write the last file of the run to this one, where the partner finishes after you',
    ),
    new Option('--key <FILE>', `with --send: ${KEY_HELP}`),
    new Option(
      '-o, --output <FILE>',
      'write the rows of the result to this file, which appears when it is complete; the format goes by its name, as for normalize',
    ),
    keepOption(),
    spillOption(),
    ...limitOptions(''),
    spreadsheetOption(),
    new Option('--json', 'print the summary as JSON'),
  ],
  help: COURSE,
  async run(args, options, io): Promise<ExitStatus> {
    const flags = options as unknown as FinishFlags & DatasetFlags;
    const { send, dataset } = flags;
    const file = fileOf(args, flags);
    const paths = checkFileNames({ '--output': flags.output });
    checkKeep(flags);
    if (dataset !== undefined) {
      const check = (choice: Choice): void => {
        checkRows(choice, flags.output);
        noteRows(choice, flags.output, io);
      };
      return finishByDataset({ ...flags, dataset }, (run) => choiceOf(run, protocols), check, io);
    }
    await checkOutputFiles({ '--send': send, '--ledger': ledgerFile(flags.ledger) }, [
      file,
      ...keyFiles(flags),
      ...paths,
    ]);
    const signingKey = flags.key === undefined ? undefined : await readKey(flags.key, io, SIGNING_KEY);
    const run = await keptRun(file, flags, io);
    const choice = choiceOf(run, protocols);
    const step = await taking(run, false, async () => {
      await checkCommand(file, run, choice, true);
      checkRows(choice, flags.output);
      noteRows(choice, flags.output, io);
      checkSend(filesOf(choice.protocol, choice.options) % 2 === 1 && choice.role === 'receiver', flags);
      const inputs = [file, run.list, run.path, ...keyFiles(flags)];
      return withOutputs([undefined, ...paths], inputs, io, (output, rows) =>
        withSharedRows(flags.output, flags.spill, io, async (kept) => {
          const read = await readOwn(run.list, { ...run.flags, keep: flags.keep }, [choice], io, kept);
          const { journal } = run;
          const files = { reads: file, writes: send };
          const whole = {
            choice,
            read,
            flags: run.flags,
            files,
            partner: journal.peer,
            journal,
            limits: flags,
          };
          const taken = await takeStep({ ...whole, signingKey }, io);
          const party = partyOf(choice);
          if (rows !== undefined && party.rows !== undefined) {
            const placed = taken.own.placed(party.rows.of(taken.result));
            await kept?.write(rows, placed.rows, read, flags, placed.columns);
          }
          await output!.write(summaryOf(taken, choice, run.flags, flags.json));
          return taken;
        }),
      );
    });
    if (send !== undefined) io.stderr.write(nextLine(step, send, choice, run.journal.peer, flags));
    return 0;
  },
});

function summaryOf(
  { own, result }: Stepped,
  choice: Choice,
  flags: OwnFlags,
  json: true | undefined,
): string {
  const { protocol, role, options } = choice;
  const party = partyOf(choice);
  const { peerSize } = result!;
  const written = writtenWith(flags);
  if (json) {
    const { reveal } = protocol.commandLine;
    const sizes = { reveal, role, ownSize: own.set.size, peerSize };
    return `${JSON.stringify({ ...sizes, ...party.json(result, options, written) }, null, 2)}\n`;
  }
  const words = party.words(result, options, written).map(([title, text]) => `${title} ${text}; `);
  const people = protocol.commandLine.takes?.(options) === 'people' ? ' people' : '';
  return `${words.join('')}${count(own.set.size)} here, ${count(peerSize)}${people} at the partner's\n`;
}

/** The run that a file belongs to. */
async function keptRun(
  file: string,
  { state, stateKeyFile }: NextFlags | FinishFlags,
  io: Io,
): Promise<FileRun> {
  const runId = runIdOf(await readHeader(file));
  return openFileRun(state, runId, await readUnlock(stateKeyFile, false, io));
}

/** The file that is read; none where there is a dataset in its place. @throws {VeilmatchError} `argument` */
function fileOf([file]: readonly string[], { dataset, send }: FinishFlags & DatasetFlags): string {
  if ((file === undefined) !== (dataset !== undefined)) {
    throw new VeilmatchError(
      'argument',
      'Name the last file that the partner has sent, or with --dataset the folder of the run in place of it.',
    );
  }
  if (dataset !== undefined && send !== undefined)
    throw new VeilmatchError('argument', 'The run ends here: there is nothing to send. Leave --send away.');
  return file ?? '';
}

function choiceOf({ flags }: FileRun, protocols: readonly ListProtocol[]): Choice {
  return choose(protocols, flags as unknown as { reveal: string; role: Choice['role'] }, flags);
}

/** @throws {VeilmatchError} `argument` where the file is for another command; `bad-file` where it is not of this run */
async function checkCommand(file: string, run: FileRun, choice: Choice, finishing: boolean): Promise<void> {
  const length = filesOf(choice.protocol, choice.options);
  const number = await numberInRun(file, run.journal, choice.role, length);
  if (isLastFor(choice.role, number, length) === finishing) return;
  const name = pathName(file);
  throw new VeilmatchError(
    'argument',
    number === 0
      ? `${name} is a request: veilmatch psi respond answers it.`
      : finishing
        ? `${name} is not the last file of the run: veilmatch psi next reads it and writes the one after it.`
        : `${name} is the last file that you are sent: veilmatch psi finish reads it and takes the result.`,
  );
}

/** @throws {VeilmatchError} `argument` */
function checkSend(needed: boolean, { send, key }: FinishFlags): void {
  if (needed && (send === undefined || key === undefined)) {
    throw new VeilmatchError(
      'argument',
      'The partner finishes after you, with one more file: name it with --send FILE, and give the key that signs it with --key FILE.',
    );
  }
  if (needed || send === undefined) return;
  throw new VeilmatchError(
    'argument',
    'The run ends with this file: there is none to send. Leave --send away.',
  );
}
