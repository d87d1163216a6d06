// SPDX-License-Identifier: Apache-2.0
/**
 * The protocols that two parties can run with each other. A new one is a folder and a line here; only `compare` and the
 * command line know this list, so that a page that runs one protocol loads no other.
 */

import { cardinality } from '../psi/cardinality/index.js';
import { intersection } from '../psi/intersection/index.js';
import { joinIdsProtocol } from '../psi/join-ids/index.js';
import { people } from '../psi/people/index.js';
import type { Protocol } from '../psi/run/protocol.js';
import { sum } from '../psi/sum/index.js';

/** In the order in which they give away less. */
export const registry: readonly Protocol[] = [intersection, cardinality, people, sum, joinIdsProtocol];
