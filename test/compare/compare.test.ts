// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it } from 'vitest';
import { numberingPlan } from '../../src/attack/index.js';
import { compare, type ProtocolReport, protocols } from '../../src/compare/index.js';
import { sampleLists, sharedElements } from '../../src/compare/sample.js';
import { createBackend } from '../../src/group/index.js';
import { type IdentifierSet, identifiersFromRows } from '../../src/identifiers/index.js';

const plan = numberingPlan('US', { areaCodes: ['4155551'] });

async function setOf(phones: readonly string[], emails: readonly string[]): Promise<IdentifierSet> {
  const rows = phones.map((phone, i) => (i < emails.length ? { phone, email: emails[i]! } : { phone }));
  return (await identifiersFromRows(rows)).set;
}

const phones = Array.from({ length: 60 }, (_, i) => plan.at(i * 16));
const emails = Array.from({ length: 20 }, (_, i) => `person${i}@example.com`);

/** From the sources there is no worker's file to be started. */
const alone = { concurrency: 1, backend: await createBackend({ concurrency: 1 }) };

describe('compare', () => {
  const reports = new Map<string, ProtocolReport>();

  beforeAll(async () => {
    const receiver = await setOf(phones.slice(0, 40), emails.slice(0, 10));
    const sender = await setOf(phones.slice(25), emails.slice(5, 15));
    const cost = { function: 'scrypt', logN: 4, r: 1, p: 1 } as const;
    for await (const report of compare(receiver, sender, {
      protocols,
      plan,
      ...alone,
      cost,
      attackSeconds: 1.5,
    })) {
      reports.set(report.protocol, report);
    }
  });

  it('reports on every protocol, and every one finds the truth', () => {
    expect([...reports.keys()]).toEqual(protocols.map(({ id }) => id));
    for (const report of reports.values()) {
      expect(report.correct).toBe(true);
      expect(report.size).toBe(report.truth);
      expect(report.share).toBe(1);
    }
    expect(reports.get('plain')).toMatchObject({ truth: 20, rows: 40, senderRows: 35, of: 25 });
    // One identifier a row: the fifteen shared numbers.
    expect(reports.get('ecdh-psi-cardinality')).toMatchObject({
      truth: 15,
      oneIdentifierPerRow: true,
      of: 20,
    });
  });

  it('a sum is that of the values of the sender’s shared rows, one each unless there are others', async () => {
    expect(reports.get('ecdh-psi-sum')).toMatchObject({ truth: 15, sum: 15 });
    const receiver = await setOf(phones.slice(0, 4), []);
    const sender = await setOf(phones.slice(2, 6), []);
    for await (const report of compare(receiver, sender, {
      protocols: protocols.filter(({ id }) => id === 'ecdh-psi-sum'),
      plan,
      ...alone,
      attackSeconds: 0.001,
      values: [1, 20, 300, 4000],
    })) {
      expect(report).toMatchObject({ truth: 2, sum: 21, correct: true });
    }
  });

  it.each(['plain', 'salted', 'slow'])('%s: everybody reads all numbers', (id) => {
    const { attacks, sender } = reports.get(id)!;
    expect(attacks.partner).toMatchObject({ recovered: 20, answersTried: 20, space: 1_000 });
    expect(attacks.outsider).toMatchObject({ recovered: 20, answersTried: 20 });
    expect(attacks.enumerating).toMatchObject({ recovered: 20, answersTried: 20 });
    expect(sender.recovered).toBe(0);
  });

  it('keyed: the partner reads all numbers, the outsider none', () => {
    const { attacks } = reports.get('keyed')!;
    expect(attacks.partner).toMatchObject({ recovered: 20, answersTried: 20 });
    expect(attacks.outsider).toMatchObject({ recovered: 0, answersTried: 20 });
  });

  it.each([
    'pair',
    'oprf',
    'contact-discovery',
    'ecdh-psi',
    'ot-psi',
    'ecdh-psi-cardinality',
    'ecdh-psi-sum',
    'join-ids',
  ])('%s: nobody reads anything offline, enumerating finds what it asks', (id) => {
    const { attacks, sender } = reports.get(id)!;
    for (const attack of [attacks.partner, attacks.outsider, sender]) {
      expect(attack.recovered).toBe(0);
      expect(attack.answersTried).toBeGreaterThan(0);
    }
    expect(attacks.enumerating.answersTried).toBeGreaterThan(0);
    expect(attacks.enumerating.recovered).toBe(attacks.enumerating.answersTried);
  });

  it('says what was sampled, and keeps the proportions', async () => {
    const lists = {
      receiver: await setOf(phones.slice(0, 40), []),
      sender: await setOf(phones.slice(20), []),
    };
    const { receiver, sender } = sampleLists(lists, 0.25);
    expect([receiver.size, sender.size, sharedElements(receiver, sender).length]).toEqual([10, 10, 5]);
    expect(receiver.rowCount).toBe(40);
    for await (const report of compare(lists.receiver, lists.sender, {
      protocols: protocols.filter(({ id }) => id === 'ecdh-psi'),
      plan,
      ...alone,
      runSeconds: 0.001,
      attackSeconds: 0.001,
    })) {
      expect(report.share).toBeLessThan(1);
      expect(report.rows).toBeLessThan(40);
      expect(report.attacks.partner.sampled).toBe(true);
      expect(report.attacks.partner.candidatesTried).toBeLessThan(plan.size);
      expect(report.correct).toBe(true);
    }
  });
});
