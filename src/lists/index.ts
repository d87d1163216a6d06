// SPDX-License-Identifier: Apache-2.0
/**
 * Lists as files, in databases, in object stores and in the web: reading them, saying what is in them, writing them. On Node.
 *
 * @module veilmatch/lists
 */

export type { ColumnKind } from './column-names.js';
export type { ChosenColumn, ColumnOption, ColumnOptions, ColumnReading, Columns, Keep } from './columns.js';
export type { Dialect, GivenDialect } from './dialect.js';
export type { Cells, ColumnType } from './duckdb.js';
export { type InspectedColumn, inspectList, type ListInspection } from './inspect.js';
export type { Io, Terminal } from './io.js';
export { openList, writeList } from './open-list.js';
export type { BesideCells, CustomerRow, PlacedColumns, PlacedRow } from './record-rows.js';
export type { FileReading, ListPart, ListRecord, RecordDamage, RecordPlace } from './record-source.js';
export type { RecordOptions } from './records.js';
export type { TableStyle } from './spreadsheet.js';
export type { CustomerList, ListOptions, ListReading, UnknownCountries } from './table.js';
export type { TextOptions } from './text-records.js';
export type { LikelyColumn } from './unrecognised.js';
