// SPDX-License-Identifier: Apache-2.0
/**
 * The protocols that two parties can run with each other. A new one is a folder and a line here; only `compare` and the
 * command line know this list, so that a page that runs one protocol loads no other.
 */

import { describedAuto } from '../psi/auto/described.js';
import { describedCardinality } from '../psi/cardinality/described.js';
import type { ListProtocol } from '../psi/described/command-line.js';
import { describedIntersection } from '../psi/intersection/described.js';
import { describedJoinIds } from '../psi/join-ids/described.js';
import { describedOtIntersection } from '../psi/ot/described.js';
import { describedPeople } from '../psi/people/described.js';
import { describedSum } from '../psi/sum/described.js';

/** In the order in which they give away less. */
export const registry: readonly ListProtocol[] = [
  describedIntersection,
  describedOtIntersection,
  describedAuto,
  describedCardinality,
  describedPeople,
  describedSum,
  describedJoinIds,
];
