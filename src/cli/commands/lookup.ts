// SPDX-License-Identifier: Apache-2.0
/** `veilmatch lookup`: which contacts are members of a directory. */

import { Option } from 'commander';
import { bytesToHex } from '../../bytes.js';
import { SIGNER_FILE } from '../../contact/files.js';
import { openHeader } from '../../contact/header.js';
import {
  type ContactDirectory,
  type ContactResult,
  contactDiscovery,
  fetchPublishedSet,
  openPublishedSet,
} from '../../contact/index.js';
import { VeilmatchError } from '../../errors.js';
import { checkStdin, type Io } from '../../lists/io.js';
import { checkFileNames, withOutputs } from '../../lists/output.js';
import { type Spill, withSharedRows } from '../../lists/shared-rows.js';
import { checkedUrl, MAX_ADDRESS } from '../../transport/door/address.js';
import { type ConnectOptions, runPartyAt } from '../../transport/index.js';
import type { Command, ExitStatus } from '../command.js';
import {
  assignedOption,
  LIST_ARGUMENT,
  listOptions,
  statusFor,
  strictOption,
} from '../flags/list-options.js';
import { checkKeep, keepOption, spillOption, spreadsheetOption } from '../flags/output-options.js';
import { type ReadSet, readSet, type SetFlags } from '../flags/read-set.js';
import { timeOptions } from '../flags/serve-options.js';
import { count } from '../report/comparison.js';
import { startRunProgress } from '../report/run-report.js';
import { publicKeyIn, readCertificates, readLookupToken, readPublicKey } from '../secrets/credentials.js';
import { type FilterCache, openFilterCache } from '../secrets/filter-cache.js';
import { fetchWith } from '../secrets/web-files.js';

interface LookupFlags extends SetFlags {
  readonly tokenFile: string;
  readonly signer?: string;
  readonly id?: string;
  readonly cache?: string;
  readonly files?: string;
  readonly ca?: string;
  readonly output?: string;
  readonly spill: Spill;
  readonly spreadsheet?: true;
  readonly json?: true;
  readonly idleSeconds: number;
  readonly progressSeconds: number;
  readonly totalSeconds: number;
}

export const lookupCommand: Command = {
  name: 'lookup',
  summary: 'find out which of your contacts are members of a directory',
  arguments: [
    { name: '<url>', description: 'wss://host:port of the server; ws:// on this machine only' },
    LIST_ARGUMENT,
  ],
  options: [
    new Option(
      '--token-file <FILE>',
      'by what the server knows you, alone in this file: a token that it issued, or a JSON Web Token',
    ).makeOptionMandatory(),
    new Option(
      '--signer <FILE>',
      'the public key that signs the directory, a line NAME ed25519:KEY (default: the one that was seen first, in --cache)',
    ),
    new Option('--id <NAME>', 'go on only if the directory is called this'),
    new Option(
      '--cache <FOLDER>',
      'keep the filters in this folder, one for each directory: only what is new is fetched, and goes on where it was cut',
    ),
    new Option('--files <URL>', "where the directory's files are (default: at the server itself)"),
    new Option('--ca <FILE>', "authorities to trust in place of this machine's, PEM"),
    new Option(
      '-o, --output <FILE>',
      'write the contacts that are members to this file; the format goes by its name, as for normalize',
    ),
    keepOption(),
    spillOption(),
    spreadsheetOption(),
    new Option('--json', 'print the summary as JSON'),
    ...timeOptions(),
    assignedOption(),
    strictOption(),
    ...listOptions(),
  ],
  help: `
The server runs veilmatch directory serve. It learns how many contacts there are, and nothing of who they are or which of them are
members. The contacts stay here: what is sent for each is a blinded point. Members go to the file of -o, as line, phone and email, with
--keep other columns of the list. Where the line is cut, the same question goes on over another connection, and is charged once.

What the directory says is believed because of its signature. --signer pins the key that signs; without it, the key that the server
shows the first time is kept in --cache, and any other is refused from then on.

Examples:
  veilmatch lookup wss://directory.example:8443 contacts.vcf --country US --token-file my.token --signer members.pub -o members.csv
  veilmatch lookup wss://directory.example:8443 contacts.csv --country US --token-file my.token --cache directory-cache \\
    --keep name -o members.csv
`,
  run: (args, options, io) => lookup(args, options as unknown as LookupFlags, io),
};

async function lookup(
  [address = '', list = '']: readonly string[],
  flags: LookupFlags,
  io: Io,
): Promise<ExitStatus> {
  const url = checkedUrl(address);
  checkStdin([list, flags.tokenFile, flags.signer]);
  checkKeep(flags);
  const file = checkFileNames({ '--output': flags.output });
  if (flags.signer === undefined && flags.cache === undefined) {
    throw new VeilmatchError(
      'argument',
      'Whose signature is believed? Give --signer, or --cache to keep the one that is seen the first time.',
    );
  }
  const { tokenFile, ca, signer, idleSeconds, progressSeconds, totalSeconds } = flags;
  const inputs = [list, tokenFile, ca, signer].filter((path) => path !== undefined);
  const authorities = ca === undefined ? undefined : await readCertificates(ca, io);
  const credentials: ConnectOptions = {
    token: await readLookupToken(tokenFile, io),
    tls: { ca: authorities },
    limits: { idleSeconds, progressSeconds, totalSeconds },
  };
  const source = await Source.open(url, flags, authorities, io);
  return withOutputs([undefined, ...file], inputs, io, (output, rows) =>
    withSharedRows(rows === undefined ? undefined : flags.output, flags.spill, io, async (kept) => {
      const read = await readSet(list, flags, io, kept);
      const { result, directory } = await ask(url, read, source, credentials, io);
      if (rows !== undefined) await kept?.write(rows, result.matches, read, flags);
      else if (result.size > 0)
        io.stderr.write('without -o FILE the contacts that are members are not written\n');
      await output!.write(summary(read, result, directory, source.fetchedBytes, flags));
      return statusFor(flags, read.summary.rejected);
    }),
  );
}

/** Once more where the epoch has ended between the download and the question, which is not charged. */
async function ask(
  url: URL,
  read: ReadSet,
  source: Source,
  credentials: ConnectOptions,
  io: Io,
): Promise<{ readonly result: ContactResult; readonly directory: ContactDirectory }> {
  const progress = startRunProgress(io);
  try {
    for (let again = false; ; again = true) {
      const directory = await source.directory();
      try {
        const own = { set: read.set, directory };
        const given = { connect: credentials, signal: io.signal, onProgress: progress.update };
        return { result: await runPartyAt(url.href, contactDiscovery, 'receiver', own, given), directory };
      } catch (error) {
        const ended = error instanceof VeilmatchError && error.code === 'incompatible-peer';
        if (!ended || again) throw error;
      }
    }
  } finally {
    progress.clear();
  }
}

/** Where the directory comes from, and whom it is believed. */
class Source {
  /** Of filters, in this process. */
  fetchedBytes = 0;
  readonly #base: string;
  readonly #flags: LookupFlags;
  readonly #fetch: ReturnType<typeof fetchWith>;
  readonly #cache: FilterCache | undefined;
  readonly #io: Io;
  #signer: Uint8Array | undefined;

  private constructor(
    base: string,
    flags: LookupFlags,
    fetch: ReturnType<typeof fetchWith>,
    cache: FilterCache | undefined,
    io: Io,
  ) {
    this.#base = base;
    this.#flags = flags;
    this.#fetch = fetch;
    this.#cache = cache;
    this.#io = io;
  }

  static async open(url: URL, flags: LookupFlags, ca: string | undefined, io: Io): Promise<Source> {
    const base = flags.files ?? url.href.replace(/^ws/, 'http');
    if (base.length > MAX_ADDRESS || !URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
      throw new VeilmatchError(
        'argument',
        `--files: an address begins with https:// and has at most ${MAX_ADDRESS} characters.`,
      );
    }
    const cache = flags.cache === undefined ? undefined : await openFilterCache(flags.cache);
    const source = new Source(base, flags, fetchWith(ca, flags.idleSeconds), cache, io);
    await source.#pin();
    return source;
  }

  /** As it is now: what is not kept is fetched. */
  async directory(): Promise<ContactDirectory> {
    const { signal } = this.#io;
    this.#signer ??= await this.#first();
    const signer = this.#signer;
    const known = this.#cache?.known;
    const kept = this.#cache;
    const store = kept && {
      load: kept.load,
      remove: kept.remove,
      write: (name: string, at: number, bytes: Uint8Array): Promise<void> => kept.write(name, at, bytes),
    };
    const counted = async (url: string, init: RequestInit): Promise<Response> => {
      const answer = await this.#fetch(url, init);
      const isSegment = url.includes('/segments/') && answer.ok;
      if (isSegment) this.fetchedBytes += Number(answer.headers.get('content-length') ?? 0);
      return answer;
    };
    const pin = { signer };
    const published = await fetchPublishedSet(this.#base, { pin, store, fetch: counted, signal });
    const { setId, epoch, segments } = openHeader(published.header, pin);
    const wanted = this.#flags.id ?? known?.setId ?? setId;
    const leastEpoch = known?.setId === setId ? known.epoch : 0;
    const directory = await openPublishedSet(published, { pin, setId: wanted, leastEpoch });
    await kept?.keep(
      { setId, signer, epoch },
      segments.map(({ digest }) => bytesToHex(digest)),
    );
    return directory;
  }

  /** The key of the flag, or else the one that was seen the first time. */
  async #pin(): Promise<void> {
    const { signer } = this.#flags;
    const seen = this.#cache?.known?.signer;
    this.#signer = signer === undefined ? seen : await readPublicKey(signer, this.#io);
  }

  /** The key that the server shows, at the first time. */
  async #first(): Promise<Uint8Array> {
    const url = new URL(SIGNER_FILE, this.#base.endsWith('/') ? this.#base : `${this.#base}/`).href;
    const answer = await this.#fetch(url, this.#io.signal ? { signal: this.#io.signal } : {}).catch(
      () => undefined,
    );
    const text = answer?.ok ? await shortText(answer) : undefined;
    if (text === undefined) {
      throw new VeilmatchError(
        'disconnected',
        'The server does not say whose signature the directory bears. Is the address right? Or pin the key with --signer.',
      );
    }
    const { name, key } = publicKeyIn(text, 'What the server says of the signer');
    this.#io.stderr.write(
      `seen for the first time, and believed from now on: ${name} ed25519:${bytesToHex(key)}; ask the operator whether that is right\n`,
    );
    return key;
  }
}

/** Of a line with a name and a key, and of what an editor may put behind it. */
const MAX_SIGNER_BYTES = 4096;

/** @returns undefined for what is longer, or was cut: whoever answers is not known yet */
async function shortText({ body }: Response): Promise<string | undefined> {
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  for (let length = 0; length <= MAX_SIGNER_BYTES; ) {
    const next = await reader?.read().catch(() => null);
    if (next === null) return undefined;
    if (next === undefined || next.done) return Buffer.concat(chunks).toString('utf8');
    chunks.push(next.value);
    length += next.value.length;
  }
  await reader?.cancel().catch(() => {});
  return undefined;
}

function summary(
  read: ReadSet,
  { size, matches, falsePositiveRate }: ContactResult,
  directory: ContactDirectory,
  fetched: number,
  { json }: LookupFlags,
): string {
  const { setId: set, epoch, size: members } = directory;
  if (json) {
    const facts = { set, epoch, members, contacts: read.set.size, found: size, rows: matches.length };
    return `${JSON.stringify({ ...facts, falsePositiveRate, bytesFetched: fetched }, null, 2)}\n`;
  }
  const line = (title: string, text: string): string => `${title.padEnd(11)} ${text}`;
  return [
    line('directory', `${set}, epoch ${epoch}, ${count(members)} members`),
    line('contacts', count(read.set.size)),
    line(
      'members',
      `${count(size)} of them, in ${count(matches.length)} row${matches.length === 1 ? '' : 's'}`,
    ),
    line('fetched', `${count(fetched)} bytes of filters`),
    '',
  ].join('\n');
}
