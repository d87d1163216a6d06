// SPDX-License-Identifier: Apache-2.0
/** Runs through datasets: a folder a message, of Parquet parts and a signed manifest, worked on out of core. On Node. */

export { type DatasetResult, finishDataset } from './finish.js';
export type { DatasetList } from './own-list.js';
export type { DatasetOptions, DatasetProtocol, WritingOptions } from './party.js';
export { type Requested, type RequestOptions, requestDataset } from './request.js';
export { type Responded, type RespondOptions, respondDataset } from './respond.js';
