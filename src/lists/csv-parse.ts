// SPDX-License-Identifier: Apache-2.0
/** The CSV parser. The build puts the package `csv-parse` into this file. */

export { type CsvError, type InfoRecord, type Parser, parse } from 'csv-parse';
