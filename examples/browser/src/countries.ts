// SPDX-License-Identifier: Apache-2.0
/** The countries that have a numbering plan, by their names: with them comes all that is known of numbers. */

import { getCountries } from 'libphonenumber-js/max';

const NAMES = new Intl.DisplayNames('en', { type: 'region' });

export function fillCountries(select: HTMLSelectElement): void {
  const countries = getCountries().map((code) => ({ code, name: NAMES.of(code) ?? code }));
  for (const { code, name } of countries.sort((a, b) => a.name.localeCompare(b.name, 'en')))
    select.add(new Option(name, code, code === 'US', code === 'US'));
}
