// SPDX-License-Identifier: Apache-2.0
/** The backends that can be tested here. */

import type { BackendName } from '../../src/group/group.js';
import { fmaTestable } from './relaxed-simd.js';

export const testableBackends: readonly BackendName[] = fmaTestable
  ? ['fma', 'integer', 'noble']
  : ['integer', 'noble'];
