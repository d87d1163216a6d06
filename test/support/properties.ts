// SPDX-License-Identifier: Apache-2.0
/** Properties that say nothing else run as often as fast-check has it, or a share of that (effort.ts). */

import fc from 'fast-check';
import { times } from './effort.js';

fc.configureGlobal({ numRuns: times(100) });
