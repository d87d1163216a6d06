// SPDX-License-Identifier: Apache-2.0
/** The worker that `identifiersFromRows` starts. */

import { serve } from '../workers/serve.js';
import { type ParseOptions, parseRows } from './parse-rows.js';
import type { RowColumns } from './row.js';

export interface ParseJob {
  readonly columns: RowColumns;
  readonly options: ParseOptions;
}

serve({
  parse({ columns, options }: ParseJob) {
    const value = parseRows(columns, options);
    const { bytes, offsets, rows, kinds, rejected, ambiguous } = value;
    return {
      value,
      transfer: [bytes, offsets, rows, kinds, rejected, ambiguous].map(({ buffer }) => buffer),
    };
  },
});
