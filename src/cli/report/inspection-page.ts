// SPDX-License-Identifier: Apache-2.0
/** What a list holds, as a page: names of columns, shapes and counts, and where lines are that were not taken. */

import type { ListInspection } from '../../lists/inspect.js';
import type { ListPart } from '../../lists/record-source.js';
import { count } from './comparison.js';
import { type Content, html } from './markup.js';
import { pageText, type Section, tableOf, termsOf } from './page.js';
import { barPlot } from './plots.js';
import { adviceOn } from './rejected.js';

const DELIMITERS: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};

export function inspectionPage(report: ListInspection): string {
  const { identifiers, records, rejected } = report;
  const refused = rejected.reduce((sum, each) => sum + each.count, 0);
  return pageText({
    title: 'What a list holds',
    answer: `${count(records)} rows hold ${count(identifiers.phone)} different telephone numbers and ${count(identifiers.email)} different e-mail addresses.`,
    lead: [
      refused === 0
        ? 'Nothing was rejected.'
        : `${count(refused)} cells or rows were rejected: below it says why, and where the first ones are.`,
    ],
    sections: [
      contents(report),
      columns(report),
      ...(rejected.length > 0 ? [refusals(report)] : []),
      ...(report.frequent.length > 0 ? [often(report)] : []),
      reading(report),
    ],
  });
}

function contents({
  identifiers,
  countries,
  records,
  repeatedRows,
  unknownCountries,
}: ListInspection): Section {
  const found = Object.entries(countries);
  return {
    title: 'Rows and identifiers',
    content: html`${barPlot({
      title: 'Rows, and different identifiers in them',
      bars: [
        ['rows', records] as const,
        ['rows that only repeat earlier ones', repeatedRows] as const,
        ['telephone numbers', identifiers.phone] as const,
        ['e-mail addresses', identifiers.email] as const,
      ].map(([label, value]) => ({ label, values: [value], said: count(value) })),
    })}
${
  found.length === 0
    ? ''
    : barPlot(
        {
          title: 'Countries of the telephone numbers',
          bars: found.map(([country, value]) => ({
            label: country === 'other' ? 'not known' : country,
            values: [value],
            said: count(value),
          })),
        },
        identifiers.phone,
      )
}
${
  unknownCountries === undefined || unknownCountries.count === 0
    ? ''
    : html`<p>${count(unknownCountries.count)} cells of the column of countries name none that is known: there, telephone numbers are read with + and a country code alone.</p>`
}`,
  };
}

function columns({ columns: all, records, reading: { names } }: ListInspection): Section {
  const label = (number: number): string => {
    const name = names[number - 1];
    return name === undefined ? `column ${number}` : `${number} ${name}`;
  };
  return {
    title: 'Columns',
    content: html`${barPlot(
      {
        title: 'Rows with anything in the column',
        bars: all.map(({ number, filled }) => ({
          label: shortened(label(number)),
          values: [filled],
          said: count(filled),
        })),
      },
      records,
    )}
${tableOf(
  'Columns, and what their cells look like: a digit is a 9, a word an a',
  [['column'], ['read as'], ['filled', 'number'], ['shapes'], ['hashes', 'number']],
  all.map(({ number, kind, filled, shapes, hashes }) => [
    label(number),
    kind ?? '-',
    count(filled),
    shapes.map(({ shape, count: times }) => `${shape} (${count(times)})`).join(', '),
    count(hashes),
  ]),
)}`,
  };
}

function refusals(report: ListInspection): Section {
  const titled = report.rejected.map((each) => ({
    ...each,
    title: each.field === undefined ? each.code : `${each.field} ${each.code}`,
  }));
  return {
    title: 'What was rejected',
    content: html`${barPlot({
      title: 'Rejected cells or rows, by reason',
      bars: titled.map(({ title, count: times }) => ({
        label: title,
        values: [times],
        said: count(times),
      })),
    })}
${tableOf(
  'Reasons, and where the first ones are',
  [['reason'], ['how many', 'number'], [`${report.counts}s`], ['what to do']],
  titled.map(({ title, count: times, lines, code }) => [
    title,
    count(times),
    placesIn(lines, times, report.reading.files),
    adviceOn(code, report) ?? '',
  ]),
)}`,
  };
}

function often({ frequent, counts, reading: { files } }: ListInspection): Section {
  return {
    title: 'Hardly one person',
    content: tableOf(
      'Identifiers that stand in many rows',
      [['kind'], ['rows', 'number'], [`first ${counts}s`]],
      frequent.map(({ kind, rows, lines }): Content[] => [
        kind === 'phone' ? 'telephone number' : 'e-mail address',
        count(rows),
        placesIn(lines, rows, files),
      ]),
    ),
  };
}

function reading({ reading: read }: ListInspection): Section {
  const { format, encoding, delimiter, passed, files, header, country } = read;
  return {
    title: 'How it was read',
    content: termsOf([
      ['format', format],
      ...(encoding === undefined ? [] : [['encoding', encoding] as const]),
      ...(delimiter === undefined
        ? []
        : [['fields separated by', DELIMITERS[delimiter] ?? 'another sign'] as const]),
      ['header', header ? 'the first record' : 'none'],
      ...(passed === undefined ? [] : [['lines above the table', count(passed)] as const]),
      ...(files === undefined ? [] : [['files', count(files.length)] as const]),
      ['numbers without a country', country ?? 'not read'],
    ]),
  };
}

/** By the numbers of files, where there are several: a name may say whose they are. */
function placesIn(lines: readonly number[], all: number, files: readonly ListPart[] | undefined): string {
  const place = (line: number): string => {
    if (files === undefined) return String(line);
    let file = 0;
    while (file + 1 < files.length && (files[file + 1]!.after ?? Number.POSITIVE_INFINITY) < line) file++;
    return `${line - (files[file]!.after ?? 0)} of file ${file + 1}`;
  };
  return `${lines.map(place).join(', ')}${all > lines.length ? ', ...' : ''}`;
}

const LABEL = 32;
const shortened = (label: string): string => (label.length > LABEL ? `${label.slice(0, LABEL - 1)}…` : label);
