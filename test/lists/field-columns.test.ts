// SPDX-License-Identifier: Apache-2.0
/** Columns of names, places, dates and ids, by what they are called. */
import { describe, expect, it } from 'vitest';
import type { UploadField } from '../../src/identifiers/fields/field.js';
import { fieldColumns } from '../../src/lists/field-columns.js';

const NAMES: readonly (readonly [string, UploadField])[] = [
  ['First Name', 'firstName'],
  ['first_name', 'firstName'],
  ['FirstName', 'firstName'],
  ['fn', 'firstName'],
  ['Vorname', 'firstName'],
  ['Prénom', 'firstName'],
  ['Surname', 'lastName'],
  ['Apellidos', 'lastName'],
  ['Street Address 1', 'street'],
  ['Straße', 'street'],
  ['Ort', 'city'],
  ['State/Province', 'state'],
  ['ZIP', 'postalCode'],
  ['Postal Code', 'postalCode'],
  ['PLZ', 'postalCode'],
  ['Country Code', 'country'],
  ['Date of Birth', 'birthDate'],
  ['Födelsedatum', 'birthDate'],
  ['DOB', 'birthDate'],
  ['Gender', 'gender'],
  ['IDFA', 'mobileId'],
  ['Customer ID', 'externalId'],
];

describe('columns of other fields', () => {
  it.each(NAMES)('%s is %s', (name, field) => {
    expect([...fieldColumns(['email', name], [0])]).toEqual([[field, 1]]);
  });

  it.each([
    'Phonetic First Name',
    'Company Name',
    'Name',
    'Status',
    'City Tax',
    'Order ID',
    'Nominal',
    'Capital',
    '',
  ])('%s is none', (name) => {
    expect([...fieldColumns([name], [])]).toEqual([]);
  });

  it('are the first of a name, never one that holds something else, and none without a header', () => {
    expect([...fieldColumns(['City', 'city', 'zip'], [])]).toEqual([
      ['city', 0],
      ['postalCode', 2],
    ]);
    expect([...fieldColumns(['City', 'city'], [0])]).toEqual([['city', 1]]);
    expect([...fieldColumns(undefined, [])]).toEqual([]);
  });
});
