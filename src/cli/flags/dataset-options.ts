// SPDX-License-Identifier: Apache-2.0
/** The options of `veilmatch psi` with a dataset in place of a file. */

import { InvalidArgumentError, Option } from 'commander';

export interface DatasetFlags {
  readonly dataset?: string;
  /** In megabytes. */
  readonly memoryLimit: number;
}

const DEFAULT = 1000;
/** Below it DuckDB and Node have nothing to work in. */
const LEAST = 512;

export const datasetOptions = (): Option[] => [
  new Option(
    '--dataset <FOLDER>',
    'in place of a file, for lists larger than memory: the run is in this folder, request/ and response/, each of Parquet parts and a ' +
      'manifest that is written last; here, or in a store (s3://BUCKET/KEY, gs://BUCKET/KEY). A step that was killed goes on when it is done again',
  ),
  new Option(
    '--memory-limit <SIZE>',
    'with --dataset, the memory that this command may take, as 800MB or 4GB; what does not fit waits on disk, in the folder of --state',
  )
    .argParser(parseSize)
    .default(DEFAULT, '1GB'),
];

function parseSize(text: string): number {
  const [, digits, unit] = /^(\d{1,6})(MB|GB)$/i.exec(text) ?? [];
  const size = Number(digits) * (unit?.toUpperCase() === 'GB' ? 1000 : 1);
  if (size >= LEAST) return size;
  throw new InvalidArgumentError('Give a size from 512MB, such as 800MB or 4GB.');
}
