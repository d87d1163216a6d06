// SPDX-License-Identifier: Apache-2.0
/** TypeScript that becomes CommonJS. */

import identifiers = require('veilmatch/identifiers');
import psi = require('veilmatch/psi');

const phone: string = identifiers.normalizePhone('+1 415 555 0123');
const result: Promise<psi.IntersectionResult> = psi.intersect(['ada'], ['grace']);

console.log(phone, result);
