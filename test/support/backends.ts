// SPDX-License-Identifier: Apache-2.0
/** The backends that can be tested here. */

import type { BackendName } from '../../src/group/group.js';
import { QUICK } from './effort.js';
import { fmaTestable } from './relaxed-simd.js';

export const testableBackends: readonly BackendName[] = [
  ...(fmaTestable ? (['fma'] as const) : []),
  'integer',
  // The oracle of the others, and many times slower: it goes through their suites in full runs.
  ...(QUICK ? [] : (['noble'] as const)),
];
