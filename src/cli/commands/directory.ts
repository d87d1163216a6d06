// SPDX-License-Identifier: Apache-2.0
/** `veilmatch directory create`, `add`, `remove`, `rotate` and `info`: a set that is published for contact discovery. */

import { resolve } from 'node:path';
import { Option } from 'commander';
import { type FilterKind, filterKinds } from '../../contact/index.js';
import {
  addMembers,
  type Changed,
  type ChangeOptions,
  createDirectory,
  type DirectoryPlaces,
  readState,
  removeMembers,
  rotateKey,
} from '../../directory/directory.js';
import { VeilmatchError } from '../../errors.js';
import { createBackend } from '../../group/index.js';
import { checkStdin, type Io } from '../../lists/io.js';
import { withOutputs } from '../../lists/output.js';
import { isPartnerName } from '../../transport/door/partners.js';
import type { Command, ExitStatus } from '../command.js';
import {
  type DirectoryFlags,
  FOLDER_ARGUMENT,
  parseRate,
  parseUntil,
  placesOf,
  privateOptions,
} from '../flags/directory-options.js';
import {
  assignedOption,
  LIST_ARGUMENT,
  listOptions,
  statusFor,
  strictOption,
} from '../flags/list-options.js';
import { SIGNING_KEY } from '../flags/psi-options.js';
import { type ReadSet, readSet, type SetFlags } from '../flags/read-set.js';
import { count } from '../report/comparison.js';
import { directoryFacts, directoryText } from '../report/directory-report.js';
import { startRunProgress } from '../report/run-report.js';
import { readKey } from '../secrets/secrets.js';

export const DIRECTORY_COURSE = `
A directory is a folder of plain files: a signed header, and filters under names that never change. Any web server or CDN may hand it
out; a member is found in it only with the help of the server that has the key. The key and the members are in a folder beside it, which
is never handed out; --private-key-file seals them.

veilmatch key makes the key that signs. Clients pin its public half, so keep it where the server is not.

Examples:
  veilmatch key members -o members.key > members.pub
  veilmatch directory create public members.csv --id members --key-file members.key --country US
  veilmatch directory add public new.csv --country US
  veilmatch directory remove public gone.csv --country US
  veilmatch directory rotate public --until 2099-12-31
  veilmatch directory serve public --listen 0.0.0.0:8443 --tls-cert server.pem --tls-key server.key --partners accounts.json
`;

interface ChangeFlags extends DirectoryFlags {
  readonly keyFile?: string;
  readonly json?: true;
}

interface CreateFlags extends ChangeFlags, SetFlags {
  readonly id: string;
  readonly keyFile: string;
  readonly filter: FilterKind;
  readonly rate: number;
}

const jsonOption = (): Option => new Option('--json', 'print what the directory is now as JSON');
const keyFileOption = (): Option =>
  new Option(
    '--key-file <FILE>',
    'the key that signs, made by veilmatch key (default: where it was last time)',
  );

const listChange = (
  name: string,
  summary: string,
  help: string,
  make: (places: DirectoryPlaces, read: ReadSet, options: ChangeOptions) => Promise<Changed>,
  words: string,
): Command => ({
  name: `directory ${name}`,
  summary,
  arguments: [FOLDER_ARGUMENT, LIST_ARGUMENT],
  options: [
    keyFileOption(),
    ...privateOptions(),
    jsonOption(),
    assignedOption(),
    strictOption(),
    ...listOptions(),
  ],
  help,
  async run([folder = '', list = ''], options, io) {
    const flags = options as unknown as ChangeFlags & SetFlags;
    checkStdin([list, flags.keyFile, flags.privateKeyFile]);
    const places = await placesOf(folder, flags, io);
    const key = await keyOf(places, flags, io);
    const read = await readSet(list, flags, io);
    const changed = await worked(key, io, (change) => make(places, read, change));
    io.stderr.write(`${words} ${count(changed.changed)} of ${count(read.set.size)}\n`);
    await report(changed, flags, io);
    return statusFor(flags, read.summary.rejected);
  },
});

export const directoryCreateCommand: Command = {
  name: 'directory create',
  summary: 'publish a list of members, for clients that ask which of their contacts are among them',
  arguments: [FOLDER_ARGUMENT, LIST_ARGUMENT],
  options: [
    new Option('--id <NAME>', 'what clients call the set: the same for ever').makeOptionMandatory(),
    new Option('--key-file <FILE>', 'the key that signs, made by veilmatch key').makeOptionMandatory(),
    ...privateOptions(),
    new Option('--filter <KIND>', 'golomb is the smaller one, binary-fuse the faster one')
      .choices(filterKinds)
      .default('golomb'),
    new Option(
      '--rate <NUMBER>',
      'how many of those who are no members may be taken for one, at most, for each segment',
    )
      .argParser(parseRate)
      .default(1e-9, '1e-9'),
    jsonOption(),
    assignedOption(),
    strictOption(),
    ...listOptions(),
  ],
  help: `
Everybody who has the folder learns how many members there are and of which kinds, and when how many were added. Who they are takes the
key in the private part, or an answer of the server for each guess: veilmatch directory serve limits how many an account gets.

Example:
  veilmatch directory create public members.csv --id members --key-file members.key --country US
`,
  async run([folder = '', list = ''], options, io) {
    const flags = options as unknown as CreateFlags;
    checkStdin([list, flags.keyFile, flags.privateKeyFile]);
    if (!isPartnerName(flags.id)) {
      throw new VeilmatchError(
        'argument',
        'Give --id up to 64 letters, digits, and . _ @ - and no spaces; it does not begin like a token.',
      );
    }
    const places = await placesOf(folder, flags, io);
    const key = await keyOf(places, flags, io);
    const read = await readSet(list, flags, io);
    const { id: setId, filter: kind, rate: falsePositiveRate } = flags;
    const changed = await worked(key, io, (change) =>
      createDirectory(places, read.set, { ...change, setId, kind, falsePositiveRate }),
    );
    await report(changed, flags, io);
    return statusFor(flags, read.summary.rejected);
  },
};

export const directoryAddCommand: Command = listChange(
  'add',
  'add members, in a segment of their own',
  `
Clients fetch the new segment alone. Those who are members already are left out. Each segment adds to the rate at which others are
taken for members, and to what a client looks through: after many of them, directory rotate makes one of all.

Example:
  veilmatch directory add public new.csv --country US
`,
  (places, { set }, options) => addMembers(places, set, options),
  'added',
);

export const directoryRemoveCommand: Command = listChange(
  'remove',
  'take members out, in a new epoch',
  `
All others are published anew, and older epochs are not answered any more. Whoever has kept the old files, and an answer of the server
about somebody, still finds them in the old files: with directory rotate new answers are of no use for these.

Example:
  veilmatch directory remove public gone.csv --country US
`,
  (places, { set }, options) => removeMembers(places, set, options),
  'removed',
);

export const directoryRotateCommand: Command = {
  name: 'directory rotate',
  summary: 'publish all members under a new key',
  arguments: [FOLDER_ARGUMENT],
  options: [
    new Option('--until <DATE>', 'until the end of this day, in UTC, the old key is answered, too')
      .argParser(parseUntil)
      .makeOptionMandatory(),
    keyFileOption(),
    ...privateOptions(),
    jsonOption(),
  ],
  help: `
What clients have kept of old answers is of no use for the new files. Clients that have the old files are answered under the old key
until the date, and fetch the new ones whenever they like. What was added stands in one segment then.

Example:
  veilmatch directory rotate public --until 2099-12-31
`,
  async run([folder = ''], options, io) {
    const flags = options as unknown as ChangeFlags & { readonly until: number };
    const places = await placesOf(folder, flags, io);
    const key = await keyOf(places, flags, io);
    const changed = await worked(key, io, (change) => rotateKey(places, flags.until, change));
    await report(changed, flags, io);
    return 0;
  },
};

export const directoryInfoCommand: Command = {
  name: 'directory info',
  summary: 'say what a directory is',
  arguments: [FOLDER_ARGUMENT],
  options: [...privateOptions(), new Option('--json', 'as JSON')],
  help: `
The line behind "signer" is what clients pin: give it to them on a way on which nobody can change it.

Example:
  veilmatch directory info public
`,
  async run([folder = ''], options, io): Promise<ExitStatus> {
    const flags = options as unknown as ChangeFlags;
    const places = await placesOf(folder, flags, io);
    await report({ state: await readState(places), ended: [] }, flags, io);
    return 0;
  },
};

interface SigningKey {
  readonly keyFile: string;
  readonly signingKey: Uint8Array;
}

/** The key of the flag, or where it was when the directory was changed last. */
async function keyOf(places: DirectoryPlaces, { keyFile }: ChangeFlags, io: Io): Promise<SigningKey> {
  const path = keyFile ?? (await readState(places)).keyFile;
  const signingKey = await readKey(path, io, SIGNING_KEY).catch((error) => {
    if (keyFile !== undefined || !(error instanceof VeilmatchError) || error.code !== 'io') throw error;
    throw new VeilmatchError(
      'argument',
      `${error.message} That is where the key was last time: give --key-file.`,
    );
  });
  if (signingKey.length !== 32) {
    throw new VeilmatchError(
      'bad-file',
      `The key that signs has 32 bytes; this one has ${signingKey.length}. ${SIGNING_KEY}`,
    );
  }
  return { keyFile: resolve(path), signingKey };
}

async function worked(
  key: SigningKey,
  io: Io,
  body: (change: ChangeOptions) => Promise<Changed>,
): Promise<Changed> {
  const backend = await createBackend();
  const progress = startRunProgress(io);
  try {
    const onProgress = (done: number, total: number): void => progress.update('tag', done, total);
    return await body({ ...key, backend, signal: io.signal, onProgress });
  } finally {
    key.signingKey.fill(0);
    progress.clear();
    await backend.dispose();
  }
}

async function report(
  { state, ended }: Pick<Changed, 'state' | 'ended'>,
  { json }: ChangeFlags,
  io: Io,
): Promise<void> {
  for (const epoch of ended) io.stderr.write(`epoch ${epoch} is not answered any more\n`);
  const facts = directoryFacts(state, Date.now());
  const text = json ? `${JSON.stringify(facts, null, 2)}\n` : directoryText(facts);
  await withOutputs([undefined], [], io, (output) => output.write(text));
}
