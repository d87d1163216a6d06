// SPDX-License-Identifier: Apache-2.0
// The third party's program: joins the hospital's table with the insurer's by their pseudonyms, and prints aggregates alone.
// Arguments: the two tables, `pseudonym,treated` and `pseudonym,claims`.

import { readFileSync } from 'node:fs';
import { rowsOf } from '../parties.js';

const [left = '', right = ''] = process.argv.slice(2).map((file) => rowsOf(readFileSync(file, 'utf8')));
const claimsOf = new Map([...right].map(({ pseudonym, claims }) => [pseudonym, Number(claims)]));
const rows = [...left].flatMap(({ pseudonym, treated }) => {
  const claims = claimsOf.get(pseudonym);
  return claims === undefined ? [] : [{ treated, claims }];
});

/** Claims a person. @param {string} treated */
function mean(treated) {
  const claims = rows.filter((row) => row.treated === treated).map((row) => row.claims);
  return claims.reduce((sum, one) => sum + one, 0) / claims.length;
}

console.log(JSON.stringify({ rows: rows.length, treated: mean('yes'), untreated: mean('no') }));
