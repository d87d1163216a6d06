// SPDX-License-Identifier: Apache-2.0
/**
 * The commands, each by its name and with where it is: a command is loaded when it is run or explained, and nothing of the
 * others with it. Most of the time that a short run takes is the time that its modules take to load.
 */

import type { ListProtocol } from '../psi/described/command-line.js';
import type { Command } from './command.js';

/** Those that two parties can run with each other. */
type Protocols = () => Promise<readonly ListProtocol[]>;
type Loader = (protocols: Protocols) => Promise<Command>;

/** Those that a job can name. In the order in which help tells of them; two words are a command of a group. */
const JOBS: Readonly<Record<string, Loader>> = {
  inspect: async () => (await import('./commands/inspect.js')).inspectCommand,
  normalize: async () => (await import('./commands/normalize.js')).normalize,
  hash: async () => (await import('./commands/hash.js')).hash,
  compare: async () => (await import('./commands/compare.js')).compareCommand,
  reverse: async () => (await import('./commands/reverse.js')).reverse,
  budget: async () => (await import('./commands/budget.js')).budget,
  token: async () => (await import('./commands/token.js')).tokenCommand,
  serve: async (protocols) => (await import('./commands/serve.js')).serveCommand(await protocols()),
  connect: async (protocols) => (await import('./commands/connect.js')).connectCommand(await protocols()),
  key: async () => (await import('./commands/key.js')).keyCommand,
  'psi request': async (protocols) => (await import('./commands/psi.js')).requestCommand(await protocols()),
  'psi respond': async (protocols) => (await import('./commands/psi.js')).respondCommand(await protocols()),
  'psi next': async (protocols) => (await import('./commands/psi-finish.js')).nextCommand(await protocols()),
  'psi finish': async (protocols) =>
    (await import('./commands/psi-finish.js')).finishCommand(await protocols()),
  'pair salt': async () => (await import('./commands/pair-secrets.js')).pairSaltCommand,
  'pair key': async () => (await import('./commands/pair-secrets.js')).pairKeyCommand,
  'pair hash': async () => (await import('./commands/pair.js')).pairHashCommand,
  'pair encrypt': async () => (await import('./commands/pair.js')).pairEncryptCommand,
  'pair reencrypt': async () => (await import('./commands/pair.js')).pairReencryptCommand,
  'pair match': async () => (await import('./commands/pair.js')).pairMatchCommand,
  'pair decrypt': async () => (await import('./commands/pair.js')).pairDecryptCommand,
  'directory create': async () => (await import('./commands/directory.js')).directoryCreateCommand,
  'directory add': async () => (await import('./commands/directory.js')).directoryAddCommand,
  'directory remove': async () => (await import('./commands/directory.js')).directoryRemoveCommand,
  'directory rotate': async () => (await import('./commands/directory.js')).directoryRotateCommand,
  'directory info': async () => (await import('./commands/directory.js')).directoryInfoCommand,
  'directory serve': async () => (await import('./commands/directory-serve.js')).directoryServeCommand,
  lookup: async () => (await import('./commands/lookup.js')).lookupCommand,
};

/** All: after those that a job can name the one for engines, and those that are about commands. */
export const COMMANDS: Readonly<Record<string, Loader>> = {
  ...JOBS,
  worker: async () => (await import('./commands/worker.js')).workerCommand,
  run: async (protocols) => (await import('./commands/run.js')).runCommand(await jobCommands(protocols)),
  doctor: async (protocols) =>
    (await import('./commands/doctor.js')).doctorCommand(await jobCommands(protocols)),
  completion: async (protocols) =>
    (await import('./commands/completion.js')).completionCommand(() => loaded(COMMANDS, protocols)),
};

export function jobCommands(protocols: Protocols): Promise<readonly Command[]> {
  return loaded(JOBS, protocols);
}

function loaded(
  commands: Readonly<Record<string, Loader>>,
  protocols: Protocols,
): Promise<readonly Command[]> {
  return Promise.all(Object.values(commands).map((load) => load(protocols)));
}

interface Group {
  readonly summary: string;
  /** What its commands have in common, and how one follows another. */
  help(): Promise<string>;
}

export const GROUPS: Readonly<Record<string, Group>> = {
  psi: {
    summary: 'find out what two lists share by exchanging signed files',
    help: async () => (await import('./flags/psi-options.js')).COURSE,
  },
  pair: {
    summary: 'PAIR of IAB Tech Lab, with advertisers and publishers on other software',
    help: async () => (await import('./flags/pair-options.js')).PAIR_COURSE,
  },
  directory: {
    summary:
      'publish members for contact discovery, and answer clients that look for their contacts among them',
    help: async () => (await import('./commands/directory.js')).DIRECTORY_COURSE,
  },
};

/** The commands that a command line needs to be known: the one that it names, none for the version, or all where it names none. */
export function commandsFor(argv: readonly string[]): string[] {
  if (argv[0] === '--version') return [];
  const named = [argv.slice(0, 2).join(' '), argv[0]].find(
    (name) => name !== undefined && Object.hasOwn(COMMANDS, name),
  );
  return named === undefined ? Object.keys(COMMANDS) : [named];
}
