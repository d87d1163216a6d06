// SPDX-License-Identifier: Apache-2.0
/** A comparison as a page: who reads what, what each protocol costs, and what it is meant to tell. */

import type { NumberingPlan } from '../../attack/index.js';
import type { MatchingProtocol, ProtocolReport } from '../../compare/index.js';
import { count, duration, type ListSummaries, reads, size, wholePlan } from './comparison.js';
import { html, type Markup } from './markup.js';
import { pageText, type Section, tableOf, termsOf } from './page.js';
import { barPlot, pointPlot } from './plots.js';

const ATTACKERS = ['partner', 'outsider', 'enumerating'] as const;

/** @param protocols that the reports are of */
export function comparisonPage(
  lists: ListSummaries,
  plan: NumberingPlan,
  reports: readonly ProtocolReport[],
  protocols: readonly MatchingProtocol[],
): string {
  const open = reports.filter(({ attacks }) => attacks.partner.recovered > 0);
  const { receiver, sender } = lists;
  const { country, areaCodes } = plan.spec;
  const within = areaCodes.length > 0 ? ` in the ${count(areaCodes.length)} area codes that were named` : '';
  return pageText({
    title: 'Two lists, matched by every protocol',
    answer:
      open.length === 0
        ? `Of ${count(reports.length)} protocols, none let the partner read numbers of the other list.`
        : `After ${count(open.length)} of ${count(reports.length)} protocols the partner reads numbers of the other list that it never had.`,
    lead: [
      `The receiver's list has ${count(receiver.identifiers)} identifiers in ${count(receiver.records)} rows, the sender's ${count(sender.identifiers)} in ${count(sender.records)}. ` +
        `Both parties ran on one machine, and every attack was run.`,
      `The attacker tries the ${count(plan.size)} telephone numbers of ${country}${within}.`,
    ],
    sections: [attacks(reports), costs(reports), purposes(reports, protocols)],
  });
}

function attacks(reports: readonly ProtocolReport[]): Section {
  const share = ({ recovered, answersTried }: { recovered: number; answersTried: number }): number =>
    answersTried === 0 ? 0 : recovered / answersTried;
  const sampled = reports.some((report) => ATTACKERS.some((who) => report.attacks[who].sampled));
  return {
    title: 'What others read of the sender’s list',
    content: html`<p>Only numbers count that the receiver did not have itself. The partner is the receiver, offline; the outsider reads every byte on the line and has no key; who enumerates takes part with invented numbers as its list.</p>
${barPlot(
  {
    title: "Share of the sender's numbers that are read, of those among the numbers tried",
    series: ATTACKERS,
    bars: reports.map((report) => ({
      label: report.protocol,
      values: ATTACKERS.map((who) => share(report.attacks[who])),
      said: ATTACKERS.map((who) => percentage(share(report.attacks[who]))).join(', '),
    })),
  },
  1,
)}
${tableOf(
  'Numbers that are read, and what trying all of the plan takes at the rate measured here',
  [
    ['protocol'],
    ['partner', 'number'],
    ['outsider', 'number'],
    ['enumerating', 'number'],
    ['whole plan', 'number'],
  ],
  reports.map((report) => [
    report.protocol,
    ...ATTACKERS.map((who) => reads(report.attacks[who])),
    wholePlan(report),
  ]),
)}
${sampled ? html`<p class="quiet">~ marks a sample: numbers spread over the plan and, among them, as many right answers as the figure says.</p>` : ''}`,
  };
}

function costs(reports: readonly ProtocolReport[]): Section {
  const bytes = ({ bytes: { toSender, toReceiver } }: ProtocolReport): number => toSender + toReceiver;
  const parts = reports.filter(({ share }) => share < 1);
  return {
    title: 'What each protocol found, and what it cost',
    content: html`${pointPlot(
      {
        title: 'Time of both parties together; each step of the axis is ten times the one before',
        bars: reports.map((report) => ({
          label: report.protocol,
          values: [report.seconds],
          said: duration(report.seconds),
        })),
      },
      duration,
    )}
${pointPlot(
  {
    title: 'Bytes of all messages; each step of the axis is ten times the one before',
    bars: reports.map((report) => ({
      label: report.protocol,
      values: [bytes(report)],
      said: size(bytes(report)),
    })),
  },
  size,
)}
${tableOf(
  'Shared identifiers found, against the plain join of the two lists, with time and bytes',
  [['protocol'], ['found', 'number'], ['rows', 'number'], ['time', 'number'], ['sent', 'number']],
  reports.map((report) => [
    report.protocol,
    `${count(report.size)} of ${count(report.truth)}${report.correct ? '' : ' WRONG'}`,
    `${count(report.rows)} and ${count(report.senderRows)}`,
    duration(report.seconds),
    size(bytes(report)),
  ]),
)}
${parts.map(
  (report) =>
    html`<p class="quiet">${report.protocol} ran on a sample of the rows; all of them would take about ${duration(report.seconds / report.share)}.</p>\n`,
)}${reports
  .filter(({ oneIdentifierPerRow }) => oneIdentifierPerRow)
  .map(
    ({ protocol }) =>
      html`<p class="quiet">${protocol} takes one identifier of each row, its number where it has one, so that it counts people.</p>\n`,
  )}`,
  };
}

function purposes(reports: readonly ProtocolReport[], protocols: readonly MatchingProtocol[]): Section {
  const described = reports.flatMap(({ protocol }) => protocols.find(({ id }) => id === protocol) ?? []);
  return {
    title: 'What each protocol is meant to tell, and to whom',
    content: described.map(
      ({ id, title, leakage }): Markup => html`<h3>${title} (${id})</h3>
${termsOf([
  ['result', leakage.result],
  ['receiver', leakage.receiver],
  ['sender', leakage.sender],
  ['outsider', leakage.outsider],
  ['enumerating', leakage.enumerating],
])}`,
    ),
  };
}

/** Rounded down: not all is never 100 %. */
const percentage = (share: number): string => `${Math.floor(100 * share)} %`;
