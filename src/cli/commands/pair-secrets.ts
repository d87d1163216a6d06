// SPDX-License-Identifier: Apache-2.0
/** `veilmatch pair salt` and `pair key`: what the lists of PAIR are hashed and encrypted with, and the day on which it was made. */

import { InvalidArgumentError, Option } from 'commander';
import { base64ToBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { checkOutputFiles } from '../../lists/output.js';
import {
  createPairKey,
  createPairSalt,
  type PairSecret,
  ROTATION_DAYS,
  requireFreshSecret,
} from '../../pair/index.js';
import { pathName } from '../../path-name.js';
import type { Command } from '../command.js';
import { outputOption } from '../flags/psi-options.js';
import { sealOption, writePairKey, writePairSalt } from '../secrets/pair-secrets.js';
import { readSecret } from '../secrets/secrets.js';

const SALT_BYTES = 32;

export const pairSaltCommand: Command = {
  name: 'pair salt',
  summary: 'make the salt that a publisher gives to its partners, good for 30 days',
  arguments: [],
  options: [
    outputOption('write the salt to this file, readable by you alone'),
    new Option('--from <FILE>', "take a partner's salt, 32 bytes in base64, in place of a new one"),
    new Option(
      '--created <DATE>',
      'with --from: the day on which the partner has made it, as 2026-11-29',
    ).argParser(parseDay),
  ],
  help: `
The publisher makes the salt, and gives the file to each advertiser on a way that nobody else reads: whoever has it, and gets a key,
reads the lists. A partner with other software says it in base64; put that into a file, and take it over with --from.

Examples:
  veilmatch pair salt -o salt.json
  veilmatch pair salt --from partner-salt.txt --created 2026-11-29 -o salt.json
`,
  async run(_, options, io) {
    const { output, from, created } = options as { output: string; from?: string; created?: number };
    if ((from === undefined) !== (created === undefined)) {
      throw new VeilmatchError(
        'argument',
        '--from and --created belong together: the salt of a partner, and how old it is.',
      );
    }
    await checkOutputFiles({ '--output': output }, from === undefined ? [] : [from]);
    let salt: PairSecret = createPairSalt();
    if (from !== undefined) {
      const bytes = base64ToBytes((await readSecret(from, io)).toString('latin1').trim());
      if (bytes?.length !== SALT_BYTES) {
        throw new VeilmatchError(
          'bad-file',
          `${pathName(from)} does not hold ${SALT_BYTES} bytes in base64.`,
        );
      }
      salt = { kind: 'salt', bytes, createdAt: created! };
      requireFreshSecret(salt, 'salt');
    }
    await writePairSalt(output, salt);
    io.stderr.write(`${pathName(output)}: a salt, good until ${lastDay(salt)}\n`);
    return 0;
  },
};

export const pairKeyCommand: Command = {
  name: 'pair key',
  summary: 'make a key that stays with you, good for 180 days',
  arguments: [],
  options: [outputOption('write the key to this file, sealed, readable by you alone'), sealOption()],
  help: `
Example:
  openssl rand -hex 32 > seal.key && chmod 600 seal.key && veilmatch pair key -o our.key --seal-key-file seal.key
`,
  async run(_, options, io) {
    const { output, sealKeyFile } = options as { output: string; sealKeyFile?: string };
    await checkOutputFiles({ '--output': output }, sealKeyFile === undefined ? [] : [sealKeyFile]);
    const key = createPairKey();
    await writePairKey(output, key, sealKeyFile, io);
    io.stderr.write(`${pathName(output)}: a key, good until ${lastDay(key)}\n`);
    key.bytes.fill(0);
    return 0;
  },
};

function lastDay({ kind, createdAt }: PairSecret): string {
  return new Date(createdAt + ROTATION_DAYS[kind] * 86_400_000).toISOString().slice(0, 10);
}

function parseDay(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new InvalidArgumentError('Give a day as 2026-11-29.');
}
