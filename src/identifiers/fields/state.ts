// SPDX-License-Identifier: Apache-2.0
/** States of the United States by their two letters (ANSI INCITS 38), which platforms ask for. */

import { type FieldRefusal, type FieldStep, lettersAndDigits } from './field.js';

const STATES =
  'al alabama,ak alaska,az arizona,ar arkansas,ca california,co colorado,ct connecticut,de delaware,dc districtofcolumbia,' +
  'fl florida,ga georgia,hi hawaii,id idaho,il illinois,in indiana,ia iowa,ks kansas,ky kentucky,la louisiana,me maine,' +
  'md maryland,ma massachusetts,mi michigan,mn minnesota,ms mississippi,mo missouri,mt montana,ne nebraska,nv nevada,' +
  'nh newhampshire,nj newjersey,nm newmexico,ny newyork,nc northcarolina,nd northdakota,oh ohio,ok oklahoma,or oregon,' +
  'pa pennsylvania,ri rhodeisland,sc southcarolina,sd southdakota,tn tennessee,tx texas,ut utah,vt vermont,va virginia,' +
  'wa washington,wv westvirginia,wi wisconsin,wy wyoming,as americansamoa,gu guam,mp northernmarianaislands,' +
  'pr puertorico,vi virginislands';

const CODES: ReadonlyMap<string, string> = new Map(
  STATES.split(',').flatMap((pair): [string, string][] => {
    const [code, name] = pair.split(' ') as [string, string];
    return [
      [code, code],
      [name, code],
    ];
  }),
);

const NO_STATE: FieldRefusal = {
  code: 'not-valid',
  message: 'The text names no state of the United States, by its name in English or its two letters.',
};
const NO_CODE: FieldRefusal = {
  code: 'not-valid',
  message: 'The platform takes states as a code of two letters, and the text is none.',
};

const squeezed = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, '');

/** Of the United States its two letters; of other countries letters and digits alone; all in lower case. */
export const stateOrLetters: FieldStep = (text, context) => {
  const { country } = context;
  const code = country === undefined || country === 'US' ? CODES.get(squeezed(text)) : undefined;
  if (code !== undefined) return code;
  return country === 'US' ? NO_STATE : lettersAndDigits(text.toLowerCase(), context);
};

/** Two letters in lower case, whatever the country. */
export const stateCode: FieldStep = (text, context) => {
  const state = stateOrLetters(text, context);
  return typeof state !== 'string' || /^[a-z]{2}$/.test(state) ? state : NO_CODE;
};
