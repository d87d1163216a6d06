// SPDX-License-Identifier: Apache-2.0
/** A comparison as people read it, and as machines do. */

import type { NumberingPlan } from '../../attack/index.js';
import type { AttackReport, ProtocolReport } from '../../compare/index.js';

export interface ListSummary {
  readonly records: number;
  readonly identifiers: number;
  readonly rejected: number;
}

export interface ListSummaries {
  readonly receiver: ListSummary;
  readonly sender: ListSummary;
}

export function comparisonJson(
  lists: ListSummaries,
  plan: NumberingPlan,
  reports: readonly ProtocolReport[],
): string {
  const document = {
    lists,
    plan: { country: plan.spec.country, areaCodes: plan.spec.areaCodes, size: plan.size },
    protocols: reports.map(({ attacks, bytes, sender, of, ...report }) => ({
      ...report,
      bytes: bytes.toSender + bytes.toReceiver,
      bytesToSender: bytes.toSender,
      bytesToReceiver: bytes.toReceiver,
      recovered: {
        partner: attacks.partner.recovered,
        outsider: attacks.outsider.recovered,
        enumerating: attacks.enumerating.recovered,
        of,
        candidatesTried: attacks.partner.candidatesTried,
        space: plan.size,
      },
      attacks: { ...attacks, sender },
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const HEADER = ['protocol', 'found', 'time', 'sent', 'partner', 'outsider', 'enumerating', 'whole plan'];

export function comparisonText(
  lists: ListSummaries,
  plan: NumberingPlan,
  reports: readonly ProtocolReport[],
): string {
  const rows = reports.map((report) => [
    report.protocol + (report.share < 1 ? ' *' : ''),
    `${count(report.size)} of ${count(report.truth)}${report.correct ? '' : ' WRONG'}`,
    duration(report.seconds),
    size(report.bytes.toSender + report.bytes.toReceiver),
    reads(report.attacks.partner),
    reads(report.attacks.outsider),
    reads(report.attacks.enumerating),
    wholePlan(report),
  ]);
  const { receiver, sender } = lists;
  return [
    `The receiver's list has ${count(receiver.identifiers)} identifiers in ${count(receiver.records)} rows, the sender's ` +
      `${count(sender.identifiers)} in ${count(sender.records)}.`,
    `The attacker tries ${planName(plan)}: ${count(plan.size)} numbers.`,
    '',
    ...table([HEADER, ...rows]),
    '',
    'found       shared identifiers, against the plain join of the two lists',
    "partner     the receiver, offline: how many of the sender's numbers that it did not have it now reads",
    'outsider    the same for somebody who reads every byte on the line and has no key',
    'enumerating the same for a receiver that takes part with invented numbers as its list',
    'whole plan  what trying every number takes at the rate measured here: offline, or by asking the sender; - where there was nothing to find',
    '~           a sample: numbers spread over the plan and, among them, as many right answers as the figure says',
    ...reports.flatMap(notesOn),
    '',
  ].join('\n');
}

export function planName({ spec }: NumberingPlan): string {
  const where = spec.areaCodes.length > 0 ? `, area codes ${spec.areaCodes.join(' and ')}` : '';
  return `every telephone number of ${spec.country}${where}`;
}

/** `5,012 of 5,012`, with a tilde where not the whole plan was tried. */
export function reads({ recovered, answersTried, sampled }: AttackReport): string {
  return `${sampled ? '~' : ''}${count(recovered)} of ${count(answersTried)}`;
}

export function wholePlan({ of, attacks: { partner, enumerating } }: ProtocolReport): string {
  // Where the receiver has all of the sender's numbers, an attack has nothing to show.
  if (of === 0) return '-';
  // None of them is among the numbers of the plan: that an attack on it finds none says nothing.
  if (partner.answersTried === 0 && enumerating.answersTried === 0) return '-';
  if (partner.recovered > 0) return duration(partner.secondsForSpace);
  return enumerating.recovered > 0 ? `asking: ${duration(enumerating.secondsForSpace)}` : 'never';
}

function notesOn(report: ProtocolReport): string[] {
  const notes: string[] = [];
  if (report.share < 1) {
    notes.push(
      `* ${report.protocol} ran on ${count(report.rows)} and ${count(report.senderRows)} rows, a sample; all of them would ` +
        `take about ${duration(report.seconds / report.share)}.`,
    );
  }
  if (report.oneIdentifierPerRow) {
    notes.push(
      `  ${report.protocol} takes one identifier of each row, its number where it has one, so that it counts people.`,
    );
  }
  return notes;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
  return [lines[0]!, '-'.repeat(lines[0]!.length), ...lines.slice(1)];
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}

/** The largest unit of which there is at least one and a half. */
export function duration(seconds: number): string {
  const units = [
    ['years', 31_557_600],
    ['days', 86_400],
    ['h', 3_600],
    ['min', 60],
  ] as const;
  for (const [unit, length] of units) {
    if (seconds >= 1.5 * length) return `${count(Number((seconds / length).toPrecision(2)))} ${unit}`;
  }
  return `${seconds < 0.1 ? seconds.toFixed(3) : seconds.toFixed(1)} s`;
}
