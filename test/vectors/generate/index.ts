// SPDX-License-Identifier: Apache-2.0
/** Makes the files of `test/vectors/cases/`: `npm run vectors` writes them, and a test holds them against these. */

import type { Family, Group, VectorFile } from '../../suites/vectors.js';
import { contactGroups } from './contact.js';
import { joinIdsGroups } from './join-ids.js';
import { NOTES } from './notes.js';
import { intersectionGroups } from './ordered.js';
import { cardinalityGroups, peopleGroups } from './shuffled.js';
import { sumGroups } from './sum.js';

const HEADER = [
  'Test vectors of docs/protocol.md, made by npm run vectors. schema.json says what each field is.',
  'A test gives one party (role) the frames of its peer in the order of given, and says what the party sends and how it ends.',
  'A frame is the number of one of the frames of the group, or its bytes in hexadecimal, or these filled up with zeros to a length.',
  'valid: it sends exactly these frames and ends with the outcome. invalid: it refuses with the last given frame at the latest,',
  'has sent no other frames than these until then, and has no result. acceptable: either.',
  'The code of a refusal is that of veilmatch; for another implementation it says what kind of error it is.',
  'Secrets are in the order in which veilmatch draws them; scalars are little-endian. Never use them for a real run.',
] as const;

const MAKERS: Readonly<Record<Family, () => Promise<ReadonlyArray<{ readonly tests: readonly object[] }>>>> =
  {
    intersection: intersectionGroups,
    cardinality: cardinalityGroups,
    sum: sumGroups,
    'join-ids': joinIdsGroups,
    'several-identifiers': peopleGroups,
    'contact-discovery': contactGroups,
  };

/** The text of a file of vectors. */
export async function vectorText(family: Family): Promise<string> {
  let tcId = 0;
  const testGroups = (await MAKERS[family]()).map((group) => ({
    ...group,
    tests: group.tests.map((test) => ({ tcId: ++tcId, ...test })),
  })) as unknown as Group[];
  const used = new Set(testGroups.flatMap(({ tests }) => tests.flatMap(({ flags }) => [...flags])));
  const file: VectorFile = {
    $schema: './schema.json',
    protocol: family === 'contact-discovery' ? 'veilmatch-contact-v1' : 'veilmatch-psi-v1',
    family,
    header: HEADER,
    numberOfTests: tcId,
    notes: Object.fromEntries(Object.entries(NOTES).filter(([flag]) => used.has(flag))),
    testGroups,
  };
  const unknown = [...used].filter((flag) => !(flag in NOTES));
  if (unknown.length > 0) throw new Error(`Flags without a note: ${unknown.join(', ')}.`);
  return `${JSON.stringify(file, null, 1)}\n`;
}
