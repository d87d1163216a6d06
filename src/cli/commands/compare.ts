// SPDX-License-Identifier: Apache-2.0
/** `veilmatch compare`: every protocol on two lists, what each cost, and what the attacks read out of it. */

import { InvalidArgumentError, Option } from 'commander';
import { numberingPlan } from '../../attack/index.js';
import { compare, type ProtocolId, type ProtocolReport, protocols } from '../../compare/index.js';
import { VeilmatchError } from '../../errors.js';
import { parseAddress } from '../../lists/address.js';
import { checkStdin } from '../../lists/io.js';
import { withOutputs, writeAll } from '../../lists/output.js';
import { refuseTable } from '../../lists/sinks.js';
import type { Command, ExitStatus } from '../command.js';
import {
  assignedOption,
  listOptions,
  parseCountry,
  refuseOpaque,
  statusFor,
  strictOption,
} from '../flags/list-options.js';
import { reportFile, reportOption } from '../flags/output-options.js';
import { readSet, type SetFlags } from '../flags/read-set.js';
import { areaCodesOption } from '../flags/values.js';
import { comparisonJson, comparisonText } from '../report/comparison.js';
import { comparisonPage } from '../report/comparison-page.js';
import { startProgress } from '../report/progress.js';

interface CompareFlags extends SetFlags {
  readonly plan?: string;
  readonly areaCodes?: readonly string[];
  readonly protocols?: readonly ProtocolId[];
  readonly runSeconds: number;
  readonly attackSeconds: number;
  readonly json?: true;
  readonly output?: string;
  readonly report?: string;
}

const IDS = protocols.map(({ id }) => id);

export const compareCommand: Command = {
  name: 'compare',
  summary: 'match two lists by every protocol, and attack each run',
  arguments: [
    {
      name: '<receiver>',
      description: 'the list of the party that learns the result: a file as for normalize',
    },
    { name: '<sender>', description: "the other party's list, which the attacks are after" },
  ],
  options: [
    ...listOptions(),
    new Option(
      '--plan <CC>',
      'country whose numbers the attacker tries (default: that of --country)',
    ).argParser(parseCountry),
    areaCodesOption(),
    new Option(
      '--protocols <LIST>',
      `some of ${IDS.join(', ')}, with commas alone between them (default: all)`,
    ).argParser(parseProtocols),
    new Option('--run-seconds <N>', 'run a protocol on a sample where the lists would take longer')
      .argParser(parseSeconds)
      .default(6),
    new Option('--attack-seconds <N>', 'try a sample of the numbers where the plan would take longer')
      .argParser(parseSeconds)
      .default(10),
    assignedOption(),
    strictOption(),
    new Option('--json', 'write one JSON document instead of the table'),
    new Option('-o, --output <FILE>', 'write to this file, which appears when it is complete'),
    reportOption(),
  ],
  help: `
Both parties run on this machine; nothing is sent anywhere. For each protocol the table says what it found against the
plain join of the two lists, what it cost, and how many of the sender's identifiers that the receiver did not have are
read by the partner (the receiver, offline), by an outsider (all bytes, no TLS) and by a partner who enumerates (takes
part with invented numbers as its list). The attacks are run; what was sampled is said.
Both lists are held in memory, with all that the attacks need.

Only for lists that you control, or are authorised in writing to assess.

Examples:
  veilmatch compare members.csv patients.csv --country US --area-codes 415,628
  veilmatch compare a.csv b.csv --country SG --protocols plain,ecdh-psi --json
  veilmatch compare a.csv b.csv --country US --area-codes 415 --report comparison.html
`,
  async run(args, options, io) {
    const flags = options as unknown as CompareFlags;
    const country = flags.plan ?? flags.country;
    if (country === undefined) {
      throw new VeilmatchError(
        'argument',
        'The attacks need a numbering plan: give --plan CC (or --country CC).',
      );
    }
    checkStdin(args);
    refuseOpaque(flags);
    const plan = numberingPlan(country, { areaCodes: flags.areaCodes });
    refuseTable(flags.output, 'A comparison');
    const outputs = [flags.output, ...reportFile(flags)];
    return withOutputs(outputs, [args[0]!, args[1]!], io, async (output, page): Promise<ExitStatus> => {
      const [receiver, sender] = [
        await readSet(args[0]!, flagsFor(args[0]!, args[1]!, flags), io),
        await readSet(args[1]!, flagsFor(args[1]!, args[0]!, flags), io),
      ];
      const wanted = flags.protocols ?? IDS;
      const progress = startProgress(io, 'compare');
      const reports: ProtocolReport[] = [];
      let steps = 0;
      try {
        for await (const report of compare(receiver.set, sender.set, {
          protocols: protocols.filter(({ id }) => wanted.includes(id)),
          plan,
          runSeconds: flags.runSeconds,
          attackSeconds: flags.attackSeconds,
          signal: io.signal,
          onStep: () => progress.update(steps++, wanted.length * 4),
        })) {
          reports.push(report);
        }
      } finally {
        progress.clear();
      }
      const lists = { receiver: receiver.summary, sender: sender.summary };
      await writeAll(output!, [
        flags.json ? comparisonJson(lists, plan, reports) : comparisonText(lists, plan, reports),
      ]);
      await page?.write(comparisonPage(lists, plan, reports, protocols));
      return statusFor(flags, receiver.summary.rejected + sender.summary.rejected);
    });
  },
};

/** A query is for the list that is a database, where the other one is none. */
function flagsFor(path: string, other: string, flags: CompareFlags): CompareFlags {
  const { query: _, ...rest } = flags;
  return needsQuery(other) && !needsQuery(path) ? rest : flags;
}

function needsQuery(path: string): boolean {
  const address = parseAddress(path);
  return (address.kind === 'sqlite' || address.kind === 'postgres') && address.table === undefined;
}

function parseProtocols(text: string): ProtocolId[] {
  const ids = text.split(',');
  if (ids.every((id): id is ProtocolId => (IDS as string[]).includes(id))) return ids;
  throw new InvalidArgumentError(`Give some of ${IDS.join(', ')}, separated by commas.`);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new InvalidArgumentError('Give a number of seconds above 0.');
}
