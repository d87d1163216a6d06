// SPDX-License-Identifier: Apache-2.0
/** Gender as the letters that platforms take: f, m, and of some n for neither. */

import type { FieldRefusal, FieldStep } from './field.js';

const WORDS: Readonly<Record<'f' | 'm' | 'n', string>> = {
  f: 'f female woman girl mrs ms miss w weiblich frau femme femenino mujer donna femmina vrouw feminino mulher',
  m: 'm male man boy mr männlich maennlich mann herr homme masculin masculino hombre uomo maschio',
  n: 'n nb x d nonbinary diverse divers neutral other',
};

const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries(WORDS).flatMap(([letter, words]) => words.split(' ').map((word) => [word, letter] as const)),
);

const UNKNOWN: FieldRefusal = {
  code: 'not-valid',
  message: 'The text is no gender that can be read, such as f, m, female or male.',
};
const BINARY: FieldRefusal = { code: 'not-supported', message: 'The platform takes f and m alone.' };

export const genderLetter: FieldStep = (text) =>
  LETTERS.get(text.toLowerCase().replace(/[\s.-]+/g, '')) ?? UNKNOWN;

/** Behind `genderLetter`, of a platform that knows no third. */
export const binaryGender: FieldStep = (text) => (text === 'n' ? BINARY : text);
