// SPDX-License-Identifier: Apache-2.0
/**
 * Makes `country-names.ts`: what people call the countries that libphonenumber knows. Names come from the runtime's CLDR
 * once, here, and not where they are needed: `Intl.DisplayNames` differs between runtimes, and two parties have to read a
 * cell alike. Three-letter codes come from a list of ISO 3166-1 as Debian's iso-codes has it.
 *
 *     node src/identifiers/tables/countries-build.js /usr/share/iso-codes/json/iso_3166-1.json
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { getCountries } from 'libphonenumber-js/max';

/** Besides each country's own language. */
const LANGUAGES = ['en', 'de'];

/** Countries whose own name is taken in their own script; the others' in Latin letters. */
const WRITTEN = new Set(['RU', 'UA', 'JP', 'CN', 'KR', 'TW', 'GR', 'IL', 'BG', 'EG', 'SA']);

/** What CLDR does not call them, by the code that libphonenumber uses. */
const MORE = {
  US: [
    'USA',
    'US of A',
    'United States of America',
    'America',
    'U.S.',
    'Etats-Unis d’Amérique',
    'EEUU',
    'Estados Unidos de América',
  ],
  GB: [
    'UK',
    'U.K.',
    'Great Britain',
    'Britain',
    'England',
    'Scotland',
    'Wales',
    'Northern Ireland',
    'United Kingdom of Great Britain and Northern Ireland',
    'Großbritannien',
    'Grande-Bretagne',
    'Gran Bretaña',
  ],
  GR: ['EL', 'Hellas'],
  DE: ['Federal Republic of Germany', 'Bundesrepublik Deutschland', 'BRD', 'GER'],
  NL: ['Holland', 'The Netherlands'],
  CZ: ['Czech Republic', 'Tschechische Republik', 'République tchèque'],
  RU: ['Russian Federation'],
  KR: ['Korea', 'Republic of Korea', 'Korea, Republic of', 'Südkorea', 'South Korea'],
  KP: ["Democratic People's Republic of Korea", 'North Korea'],
  CN: ["People's Republic of China", 'PRC', 'Mainland China'],
  TW: ['Taiwan, Province of China', 'Republic of China'],
  HK: ['Hong Kong', 'Hongkong', 'Hong Kong SAR'],
  MO: ['Macau', 'Macao'],
  IR: ['Iran, Islamic Republic of', 'Islamic Republic of Iran'],
  VN: ['Viet Nam', 'Vietnam'],
  TR: ['Turkey', 'Türkiye'],
  MK: ['Macedonia', 'Republic of North Macedonia'],
  MD: ['Moldova, Republic of', 'Republic of Moldova'],
  VE: ['Venezuela, Bolivarian Republic of'],
  BO: ['Bolivia, Plurinational State of'],
  TZ: ['Tanzania, United Republic of'],
  SY: ['Syrian Arab Republic'],
  LA: ["Lao People's Democratic Republic"],
  CD: ['DR Congo', 'DRC', 'Democratic Republic of the Congo'],
  CG: ['Congo', 'Republic of the Congo'],
  CI: ['Ivory Coast'],
  AE: ['UAE', 'U.A.E.', 'VAE'],
  BN: ['Brunei Darussalam'],
  SZ: ['Swaziland'],
  MM: ['Burma'],
  CV: ['Cape Verde'],
  TL: ['East Timor'],
  IE: ['Republic of Ireland', 'Éire'],
  BA: ['Bosnia'],
  PS: ['Palestine'],
  VA: ['Vatican', 'Holy See'],
  XK: ['Kosovo', 'XKX'],
  AC: ['ASC'],
  TA: ['TAA'],
  IN: ['Bharat'],
  CH: ['Suisse', 'Svizzera', 'Svizra', 'Swiss'],
  BE: ['Belgique', 'België', 'Belgien'],
  FI: ['Suomi'],
  LU: ['Lëtzebuerg', 'Luxemburg'],
  ZA: ['RSA', 'Republic of South Africa'],
  SA: ['KSA', 'Kingdom of Saudi Arabia'],
  NZ: ['Aotearoa'],
  BY: ['Belarus', 'Weißrussland'],
};

/** Kept in step with `nameKey` in `countries.ts`, which a test compares it with. @param {string} name */
function nameKey(name) {
  return name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/ß/g, 'ss')
    .replace(/^the /, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** @type {{ 'alpha_2': string, 'alpha_3': string }[]} */
const iso = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))['3166-1'];
const threeLetters = new Map(iso.map((country) => [country.alpha_2, country.alpha_3]));

/** @type {Map<string, string>} */
const owners = new Map();
const lines = getCountries()
  .sort()
  .map((code) => {
    const named = (/** @type {string} */ language) =>
      new Intl.DisplayNames([language], { type: 'region', fallback: 'none' }).of(code);
    const names = LANGUAGES.map(named);
    const ownName = named(new Intl.Locale(`und-${code}`).maximize().language);
    // Each character of another script takes six bytes in a page's bundle.
    const own =
      ownName !== undefined && (WRITTEN.has(code) || !/[^\0-\x7f]/.test(nameKey(ownName)))
        ? ownName
        : undefined;
    const all = [
      threeLetters.get(code),
      ...names,
      own,
      ...(MORE[/** @type {keyof typeof MORE} */ (code)] ?? []),
    ];
    const keys = new Set(all.flatMap((name) => (name === undefined ? [] : nameKey(name))));
    for (const key of keys) {
      // What two countries are called (Congo in some languages) says nothing.
      const owner = owners.get(key);
      if (owner !== undefined && owner !== code) throw new Error(`${key} is ${owner} and ${code}`);
      owners.set(key, code);
    }
    return [code, ...keys].join(' ');
  });

writeFileSync(
  new URL('./country-names.ts', import.meta.url),
  `// SPDX-License-Identifier: Apache-2.0
/**
 * Made by \`countries-build.js\`. A country in each part: two letters of ISO 3166-1, then its three letters and its names in
 * English, German and its own language, if that is written in Latin letters or the country is a large one (CLDR ${process.versions.cldr}), as \`nameKey\` makes them.
 */
export const COUNTRY_NAMES: string =
${lines.map((line) => `  ${JSON.stringify(`${line},`)}`).join(' +\n')};
`,
);
