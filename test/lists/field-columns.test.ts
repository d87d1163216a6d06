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

  it.each<[string, string, Partial<Record<UploadField, number>>]>([
    [
      'Google Contacts',
      'First Name,Address 1 - Street,Address 1 - City,Address 1 - Postal Code,Address 2 - City',
      { firstName: 0, street: 1, city: 2, postalCode: 3 },
    ],
    [
      'Amazon orders',
      'buyer-name,ship-city,ship-state,ship-postal-code,ship-country',
      { city: 1, state: 2, postalCode: 3, country: 4 },
    ],
    [
      'Salesforce',
      'Mailing Street,Mailing City,Mailing State/Province,Mailing Zip/Postal Code,Mailing Country,Other City',
      { street: 0, city: 1, state: 2, postalCode: 3, country: 4 },
    ],
    [
      'Shopify',
      'First Name,Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip',
      { firstName: 0, city: 1, state: 2, country: 3, postalCode: 4 },
    ],
    [
      'WooCommerce',
      'shipping_city,shipping_postcode,billing_first_name,billing_city,billing_postcode,billing_country',
      { firstName: 2, city: 3, postalCode: 4, country: 5 },
    ],
    [
      'Outlook',
      'Business City,Business Postal Code,Home City,Home Postal Code,Home Country/Region',
      { city: 2, postalCode: 3, country: 4 },
    ],
    ['one address whole, and a country beside', 'Country,Work Zip,City', { country: 0, city: 2 }],
    ['a country beside an address', 'Country,Home City,Home Zip', { country: 0, city: 1, postalCode: 2 }],
  ])('of %s are those of one address, a person’s own before others', (_, header, found) => {
    expect(Object.fromEntries(fieldColumns(header.split(','), []))).toEqual(found);
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
