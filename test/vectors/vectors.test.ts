// SPDX-License-Identifier: Apache-2.0
/** The vectors of `cases/`: that they are what the generator makes, keep to their schema, and are what our parties do. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/bytes.js';
import { openPublishedSet } from '../../src/contact/index.js';
import { VeilmatchError } from '../../src/errors.js';
import type { PsiMachine } from '../../src/psi/index.js';
import {
  type ContactGroup,
  contactMachineOf,
  FAMILIES,
  type Family,
  frameBytes,
  machineOf,
  type PublishedTest,
  type RunGroup,
  type VectorFile,
  type VectorTest,
} from '../suites/vectors.js';
import { QUICK } from '../support/effort.js';
import schema from './cases/schema.json' with { type: 'json' };
import { vectorText } from './generate/index.js';
import { play } from './generate/run.js';

const pathOf = (family: Family): string => fileURLToPath(new URL(`./cases/${family}.json`, import.meta.url));
const read = (family: Family): VectorFile => JSON.parse(readFileSync(pathOf(family), 'utf8'));

async function machineFor(
  group: RunGroup | ContactGroup,
  role: VectorTest['role'],
): Promise<PsiMachine<unknown>> {
  if (group.type === 'Run') return machineOf(group.parameters, group[role], role);
  const { published, setId, pin } = group;
  const set = { header: hexToBytes(published.header), filters: published.filters.map(hexToBytes) };
  return contactMachineOf(
    group,
    await openPublishedSet(set, { setId, pin: { signer: hexToBytes(pin.signer) } }),
    role,
  );
}

async function checkRun(group: RunGroup | ContactGroup, test: VectorTest): Promise<void> {
  const bytes = (list: VectorTest['given']) => list.map((frame) => frameBytes(frame, group.frames));
  const { sends, outcome, refusal } = await play(await machineFor(group, test.role), bytes(test.given));
  const [sent, expected] = [sends, bytes(test.sends)].map((frames) => frames.map(bytesToHex)) as [
    string[],
    string[],
  ];
  if (test.result === 'valid' || (test.result === 'acceptable' && refusal === undefined)) {
    expect(sent).toEqual(expected);
    expect(outcome).toEqual(test.outcome);
  } else {
    expect({ outcome, refusal }).toEqual({ outcome: undefined, refusal: test.refusal });
    expect(sent).toEqual(expected.slice(0, sent.length));
  }
}

async function checkPublished(test: PublishedTest): Promise<void> {
  const { setId, leastEpoch, header, filters, pin } = test;
  const pinned = 'signer' in pin ? { signer: hexToBytes(pin.signer) } : { digest: hexToBytes(pin.digest) };
  const open = openPublishedSet(
    { header: hexToBytes(header), filters: filters.map(hexToBytes) },
    { setId, leastEpoch, pin: pinned },
  );
  if (test.result === 'valid') {
    const { size, epoch, publicKey } = await open;
    expect({ size, epoch, publicKey: bytesToHex(publicKey) }).toEqual(test.outcome);
  } else {
    await expect(open).rejects.toThrow(VeilmatchError);
    await expect(open).rejects.toMatchObject({ code: test.refusal });
  }
}

describe.each(FAMILIES)('the vectors of %s', (family) => {
  it.skipIf(QUICK)('are what the generator makes', async () => {
    await expect(await vectorText(family)).toMatchFileSnapshot(pathOf(family));
  });

  it('keep to the schema', () => {
    const validate = new Ajv2020({ allErrors: true }).compile(schema);
    const file = structuredClone(read(family)) as VectorFile & {
      testGroups: [{ tests: [{ result: string }] }];
    };
    validate(file);
    expect(validate.errors ?? []).toEqual([]);
    // The first test of every file is valid, and has no refusal.
    file.testGroups[0].tests[0].result = 'invalid';
    expect(validate(file)).toBe(false);
  });

  it('have as many tests as they say, each with a number of its own', () => {
    const { numberOfTests, testGroups } = read(family);
    const numbers = testGroups.flatMap(({ tests }) => tests.map(({ tcId }) => tcId));
    expect(numbers).toEqual(Array.from({ length: numberOfTests }, (_, i) => i + 1));
  });
});

describe.each(FAMILIES)('what a careful party must do, %s', (family) => {
  for (const group of read(family).testGroups) {
    describe(group.comment, () => {
      if (group.type === 'PublishedSet') {
        it.each(group.tests)('$tcId, $result: $comment', checkPublished);
      } else {
        it.each(group.tests)('$tcId, $result, $role: $comment', (test) => checkRun(group, test));
      }
    });
  }
});
