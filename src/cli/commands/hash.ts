// SPDX-License-Identifier: Apache-2.0
/** `veilmatch hash`: a list as tokens, in one of the ways that partners ask for. Every one of them can be read back. */

import { Option } from 'commander';
import { VeilmatchError } from '../../errors.js';
import {
  campaignKey,
  type DigestAlgorithm,
  type Hasher,
  keyed,
  reversiblePlain,
  reversibleSalted,
  type TokenEncoding,
} from '../../hashing/index.js';
import { PROFILE_NAMES, type ProfileName, platformNamed } from '../../identifiers/profiles.js';
import { checkStdin, type Io } from '../../lists/io.js';
import type { Command } from '../command.js';
import { assignedOption, LIST_ARGUMENT } from '../flags/list-options.js';
import { readKey, readSalt } from '../secrets/secrets.js';
import { asNormalized, asPlatform } from './apply.js';
import { reportOn, reportOptions } from './list-report.js';
import { type UploadFlags, uploadOptions, writeUpload } from './upload.js';

interface HashFlags extends UploadFlags {
  readonly profile?: ProfileName;
  readonly plain?: true;
  readonly saltFile?: string;
  readonly keyFile?: string;
  readonly saltPosition?: 'prefix' | 'suffix';
  readonly campaign?: string;
  readonly algorithm?: DigestAlgorithm;
  readonly encoding?: TokenEncoding;
}

type Way = 'profile' | 'plain' | 'saltFile' | 'keyFile';

/** The ways of hashing, and the options that each of them has. */
const WAYS: Readonly<Record<Way, { readonly flag: string; readonly takes: readonly (keyof HashFlags)[] }>> = {
  profile: { flag: '--profile', takes: [] },
  plain: { flag: '--plain', takes: ['algorithm', 'encoding'] },
  saltFile: { flag: '--salt-file', takes: ['algorithm', 'encoding', 'saltPosition'] },
  keyFile: { flag: '--key-file', takes: ['campaign', 'encoding'] },
};

/** What a platform leaves open. */
const optionsOf = (name: string): readonly string[] => platformNamed(name)?.options ?? [];

/** The platforms that leave an option open, to be read in a line of help. */
const takersOf = (option: keyof HashFlags): string =>
  PROFILE_NAMES.filter((name) => optionsOf(name).includes(option)).join(', ');

/** The others are what single platforms take. */
const PLAIN_ALGORITHMS: readonly string[] = ['sha256', 'sha1', 'md5'];

const DETAILS: Readonly<Partial<Record<keyof HashFlags, string>>> = {
  algorithm: '--algorithm',
  encoding: '--encoding',
  saltPosition: '--salt-position',
  campaign: '--campaign',
};

export const hash: Command = {
  name: 'hash',
  summary: 'write hashes of telephone numbers and e-mail addresses, as partners and platforms ask for them',
  arguments: [LIST_ARGUMENT],
  options: [
    new Option('--profile <NAME>', 'exactly as this advertising platform does it').choices(PROFILE_NAMES),
    new Option('--plain', 'the hash of the normalised text'),
    new Option('--salt-file <FILE>', "with the file's bytes (less one line break at the end) as salt"),
    new Option('--key-file <FILE>', 'HMAC-SHA-256 under the key in the file, 64 or more hexadecimal digits'),
    new Option('--campaign <NAME>', 'with --key-file: under a key derived for this campaign'),
    new Option(
      '--salt-position <WHERE>',
      'with --salt-file: before or after the text (default: prefix)',
    ).choices(['prefix', 'suffix']),
    new Option(
      '--algorithm <NAME>',
      `with --plain, --salt-file, --profile ${takersOf('algorithm')} (default: sha256)`,
    ).choices(['sha256', 'sha1', 'md5', 'sha512', 'sha256-md5']),
    new Option(
      '--encoding <NAME>',
      `not with --profile, except ${takersOf('encoding')} (default: hex)`,
    ).choices(['hex', 'base64']),
    ...uploadOptions(),
    assignedOption(),
    ...reportOptions(),
  ],
  help: `
Exactly one of --profile, --plain, --salt-file and --key-file is needed. The output has the columns line, phone and
email with a hash in place of each value. With --upload it is the file that the platform takes, in its columns: names,
places, birth dates and ids are found by the names of the list's columns, and hashes that are there already are kept.

Hashed lists can be read back. Whoever can make the same hash tries all telephone numbers and likely addresses:
  --profile, --plain  anybody who sees the list
  --salt-file         everybody who has the salt, and the partner needs it to match
  --key-file          everybody who has the key, and the partner needs it to match, unless a broker does it
They remain personal data. To match without giving the list away, use private set intersection: veilmatch serve, connect, psi.

Examples:
  veilmatch hash customers.csv --profile meta --country US -o audience.csv
  openssl rand -hex 32 > key.txt && veilmatch hash customers.csv --key-file key.txt --campaign spring --country DE
  veilmatch hash customers.csv --salt-file salt.txt --encoding base64 --column phone=phone --country US
  veilmatch hash customers.csv --plain --country US --json
  veilmatch hash customers.csv --profile meta --upload --country US -o audience.csv
`,
  async run(args, options, io) {
    const flags = options as HashFlags;
    const { country, assigned, international, strict, profile } = flags;
    const reading = { country, assigned, international, strict };
    checkFlags(flags, args[0]!);
    if (flags.upload) return writeUpload(args[0]!, profile!, flags, io);
    const hasher = profile === undefined ? await chosenHasher(flags, io) : undefined;
    return reportOn(
      args[0]!,
      {
        flags,
        title: 'tokens',
        treatment:
          hasher === undefined
            ? asPlatform(profile!, 'token', { ...reading, ...profileOptions(flags) })
            : asNormalized(reading, (text) => hasher.token(text)),
      },
      io,
    );
  },
};

function checkFlags(flags: HashFlags, path: string): void {
  const given = (Object.keys(WAYS) as Way[]).filter((way) => flags[way] !== undefined);
  if (given.length !== 1) {
    const all = Object.values(WAYS)
      .map(({ flag }) => flag)
      .join(', ');
    throw new VeilmatchError(
      'argument',
      given.length === 0
        ? `Say how to hash: one of ${all}.`
        : `${given.map((way) => WAYS[way].flag).join(' and ')} contradict each other. Give one of ${all}.`,
    );
  }
  const way = given[0]!;
  if (flags.upload && way !== 'profile') {
    throw new VeilmatchError('argument', '--upload writes what a platform takes: say which with --profile.');
  }
  if (flags.upload && (flags.algorithm ?? flags.encoding) !== undefined) {
    throw new VeilmatchError(
      'argument',
      '--algorithm and --encoding mean nothing with --upload: the file has one form alone.',
    );
  }
  if (flags.dateOrder !== undefined && !flags.upload) {
    throw new VeilmatchError('argument', '--date-order means nothing without --upload. Leave it out.');
  }
  const takes: readonly string[] = way === 'profile' ? optionsOf(flags.profile!) : WAYS[way].takes;
  for (const [name, flag] of Object.entries(DETAILS)) {
    if (flags[name as keyof HashFlags] === undefined || takes.includes(name)) continue;
    const chosen = way === 'profile' ? `--profile ${flags.profile}` : WAYS[way].flag;
    throw new VeilmatchError('argument', `${flag} means nothing with ${chosen}. Leave one of them out.`);
  }
  if (way !== 'profile' && !PLAIN_ALGORITHMS.includes(flags.algorithm ?? 'sha256')) {
    throw new VeilmatchError(
      'argument',
      `--algorithm ${flags.algorithm} means nothing with ${WAYS[way].flag}: give sha256, sha1 or md5.`,
    );
  }
  checkStdin([path, flags.saltFile, flags.keyFile]);
}

async function chosenHasher(flags: HashFlags, io: Io): Promise<Hasher> {
  const { saltFile, keyFile, saltPosition, campaign, algorithm, encoding } = flags;
  if (saltFile !== undefined) {
    return reversibleSalted({
      salt: await readSalt(saltFile, io),
      saltPosition,
      algorithm,
      encoding,
    });
  }
  if (keyFile !== undefined) {
    const key = await readKey(keyFile, io);
    return keyed({ key: campaign === undefined ? key : campaignKey(key, campaign), encoding });
  }
  return reversiblePlain({ algorithm, encoding });
}

function profileOptions({ algorithm, encoding }: HashFlags): Record<string, unknown> {
  return { ...(algorithm && { algorithm }), ...(encoding && { encoding }) };
}
