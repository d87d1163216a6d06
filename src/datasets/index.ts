// SPDX-License-Identifier: Apache-2.0
/**
 * Private set intersection of lists that are larger than memory, through folders of Parquet parts. On Node, with the package
 * `@duckdb/node-api`.
 * @module veilmatch/datasets
 */

export type { IdentifierBatch } from '../identifiers/rows.js';
export { type DatasetResult, finishDataset } from './finish.js';
export type { DatasetList } from './own-list.js';
export type { DatasetOptions, DatasetProtocol, WritingOptions } from './party.js';
export { type Requested, type RequestOptions, requestDataset } from './request.js';
export { type Responded, type RespondOptions, respondDataset } from './respond.js';
