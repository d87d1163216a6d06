// SPDX-License-Identifier: Apache-2.0
/** What the worker of a reversal does: it is told of the search once, and scans ranges of its candidates. */

import { VeilmatchError } from '../errors.js';
import type { Jobs } from '../workers/serve.js';
import type { RangeRequest } from './scan.js';
import type { Scanner, ScanSpec } from './scan-spec.js';
import { createScanner } from './scanner.js';

let scanner: Scanner | undefined;

/** Of a reversal. */
export const scanJobs: Jobs = {
  prepare(spec: ScanSpec) {
    scanner = createScanner(spec);
    return { value: undefined };
  },
  async scan({ from, to }: RangeRequest) {
    if (scanner === undefined)
      throw new VeilmatchError('worker-failed', 'The worker was not told of a search.');
    return { value: await scanner.scan(from, to) };
  },
};
