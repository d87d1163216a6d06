// SPDX-License-Identifier: Apache-2.0
/** Pages of runs that were not made, with figures as large and as small as they come. */

import { type NumberingPlan, numberingPlan, type ReversalSummary } from '../../src/attack/index.js';
import { comparisonPage } from '../../src/cli/report/comparison-page.js';
import { inspectionPage } from '../../src/cli/report/inspection-page.js';
import { reversalPage } from '../../src/cli/report/reversal-page.js';
import { runPage } from '../../src/cli/report/run-page.js';
import type { RunSummary } from '../../src/cli/report/run-report.js';
import type { AttackReport } from '../../src/compare/examine.js';
import { type ProtocolReport, protocols } from '../../src/compare/index.js';
import type { ListInspection } from '../../src/lists/inspect.js';
import { describedIntersection } from '../../src/psi/intersection/described.js';

const plan: NumberingPlan = numberingPlan('US', { areaCodes: ['415'] });

function attack(recovered: number, sampled: boolean, answersTried = 2000): AttackReport {
  const [candidatesTried, space] = [sampled ? 60_000 : plan.size, plan.size];
  return { recovered, answersTried, candidatesTried, space, seconds: 1.5, sampled, secondsForSpace: 8e9 };
}

function reported(
  protocol: string,
  read: readonly [number, number, number],
  seconds: number,
): ProtocolReport {
  const [partner, outsider, enumerating] = read;
  return {
    ...{ protocol, title: protocol, rows: 5000, senderRows: 5000, share: seconds > 1 ? 0.1 : 1 },
    ...{ oneIdentifierPerRow: seconds > 1, truth: 3012, size: 3012, sum: undefined, correct: true, seconds },
    ...{ bytes: { toSender: 320_000, toReceiver: seconds > 1 ? 12_345_678 : 0 }, of: 1988 },
    attacks: {
      partner: attack(partner, false),
      outsider: attack(outsider, true),
      enumerating: seconds > 1 ? attack(enumerating, true) : attack(enumerating, true, 20),
    },
    sender: { ...attack(0, false), of: 1988 },
  };
}

/** @param all whether every protocol has run */
export function comparisonSample(all = false): string {
  const summary = { records: 5000, identifiers: 9012, rejected: 3 };
  const two = [
    { ...reported('plain', [2000, 2000, 0], 0.004), attacks: plainAttacks() },
    reported('ecdh-psi', [0, 0, 60], 4.2),
  ];
  const rest = protocols.map(({ id }, i) =>
    reported(id, [i < 5 ? 1000 + i : 0, i < 3 ? 9 : 0, i], 10 ** (i - 4)),
  );
  return comparisonPage({ receiver: summary, sender: summary }, plan, all ? rest : two, protocols);
}

const plainAttacks = (): ProtocolReport['attacks'] => ({
  partner: attack(2000, false),
  outsider: attack(20, true, 20),
  enumerating: attack(1999, false),
});

export function runSample(part: Partial<RunSummary> = {}): string {
  const { title, leakage } = describedIntersection;
  const summary: RunSummary = {
    ...{ runId: '9f86d081884c7d65', reveal: 'intersection', role: 'receiver', ownSize: 1_000_000 },
    ...{ peerSize: 2_345_678, result: { shared: 123_456, rows: 130_001 } },
    ...{ bytesSent: 32_000_123, bytesReceived: 118_000_321, seconds: 74.2, ...part },
  };
  const words =
    summary.result.shared === undefined ? [] : ([['shared', '123,456 (in 130,001 rows)']] as const);
  return runPage(summary, { title, leakage: leakage({}), words, people: false });
}

export function reversalSample(): string {
  const way = {
    format: 'e164',
    accident: undefined,
    ownSalt: undefined,
    candidates: 7_920_000,
    matches: 812_345,
  };
  const summary: ReversalSummary = {
    ...{
      targets: 1_000_000,
      recovered: 823_456,
      matches: 823_460,
      expectedFalseMatches: 4.2,
      space: 7_920_000,
    },
    formats: [
      { format: 'e164', matches: 812_345 },
      { format: 'national', matches: 11_115 },
    ],
    accidents: [{ accident: 'newline', matches: 11 }],
    tried: [
      way,
      { ...way, format: 'digits', matches: 0 },
      { ...way, accident: 'newline', candidates: 500_000 },
    ],
    ...{ candidates: 16_340_000, seconds: 1.4, candidatesPerSecond: 11_600_000 },
  } as ReversalSummary;
  return reversalPage(summary);
}

export function inspectionSample(): string {
  const shapes = [
    { shape: '(999) 999-9999', count: 812_000 },
    { shape: '+9 999 999 9999', count: 100_000 },
    { shape: '······································…', count: 3 },
  ];
  const report: ListInspection = {
    reading: {
      ...{ format: 'CSV', encoding: 'windows-1252', delimiter: ';', passed: 2, header: true, country: 'US' },
      columns: [],
      names: ['Identification of the customer within all our systems', 'Mobile', undefined],
    },
    ...{ notes: [], counts: 'line', records: 1_000_000, repeatedRows: 41_000 },
    columns: [
      { number: 1, filled: 1_000_000, shapes: [{ shape: 'a-9999', count: 1_000_000 }], hashes: 0 },
      { number: 2, kind: 'phone', filled: 912_003, shapes, hashes: 0 },
      { number: 3, filled: 0, shapes: [], hashes: 0 },
    ],
    likely: [],
    identifiers: { phone: 871_000, email: 0 },
    rejected: [
      { field: 'phone', code: 'spreadsheet-damage', count: 81_000, lines: [2, 3, 4, 5, 6] },
      { code: 'bad-record', count: 1, lines: [99_999] },
    ],
    frequent: [{ kind: 'phone', rows: 40_000, lines: [12, 13, 14, 15, 16] }],
    unknownCountries: { count: 12, lines: [7] },
    countries: { US: 860_000, CA: 10_990, other: 10 },
  } as ListInspection;
  return inspectionPage(report);
}
