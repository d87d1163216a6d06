// SPDX-License-Identifier: Apache-2.0
/** What the worker does that reads rows. */

import type { JobResult, Jobs } from '../workers/serve.js';
import { type ParseOptions, parseRows } from './parse-rows.js';
import type { RowPayload } from './row-chunks.js';
import { rowTexts, type TextWay } from './row-texts.js';

/** Its packed parts are moved. */
function moved<T extends object>(value: T): JobResult<T> {
  const transfer = Object.values(value).flatMap((part) => (ArrayBuffer.isView(part) ? [part.buffer] : []));
  return { value, transfer: transfer as ArrayBuffer[] };
}

/** Of lists. */
export const rowJobs: Jobs = {
  parse: ({ columns, options }: RowPayload<ParseOptions>) => moved(parseRows(columns, options)),
  texts: ({ columns, options }: RowPayload<TextWay>) => moved(rowTexts(columns, options)),
};
