// SPDX-License-Identifier: Apache-2.0
/**
 * What people, contact books and spreadsheets write around a telephone number: `Tel.`, `(mobile)`, `p:`, `="..."`. A word
 * comes off only if it is one of these, so that a number of something else is not taken for a telephone number.
 */

import { QUOTES, SPACES, withoutEnds } from './text.js';

/** In lower case and without marks; of one letter only where a sign behind it, or brackets, say that it is a label. */
const WORDS: ReadonlySet<string> = new Set(
  (
    'tel telephone telefon telefono telefone telefoon telefonnummer telefonnr tlf phone phones phonenumber ph fon fono ' +
    'mobile mobil mobiel mobilnummer mob movil celular cel cell cellular cellphone cellulare cellulaire handy handynummer ' +
    'portable gsm natel puhelin matkapuhelin komorka rufnummer festnetz landline line home work office main other ' +
    'business direct private privat personal primary secondary personlich buro buero geschaftlich dienstlich arbeit zuhause ' +
    'domicile bureau travail maison pro perso casa lavoro ufficio trabajo oficina particular whatsapp wa sms viber ' +
    'telegram signal facetime callto contact number numero nummer num no nr тел телефон моб мобильныи 電話 电话 手机 携帯 ' +
    'p t m c h w f o d b e n'
  ).split(' '),
);
/** What is called so is read by a machine: nobody's telephone, but where it is both (`Tel/Fax`). */
const FAX: ReadonlySet<string> = new Set(
  'fax telefax faxnummer faxnumber faxnr faxno telecopie telecopieur telecopia факс телефакс 传真 傳真 ファックス ファクス'.split(
    ' ',
  ),
);
/** Between two labels of one number. */
const JOINED = /^(?:[/&+]|(?:and|und|et|y|e|en|og|och|i)\s)\s?(?=\p{L})/iu;
const LEADING = /^[([\s]*(\p{L}{1,16})([).:\]]*)[\s:#=.\u2013-]*/u;
const TRAILING = /(?:([([]\s*)|\s)(\p{L}{1,16})[.:]?\s*[)\]]?$/u;
const LETTER = /\p{L}/u;
const MARKS = /\p{M}/gu;
/** Labels before a number: `Phone number (mobile):`. */
const MOST_WORDS = 4;

/** A spreadsheet is told by an equals sign to keep a text. */
const BEFORE = `=${QUOTES}${SPACES}`;
const BEHIND = `;,:.|${QUOTES}${SPACES}`;

/** A link that opens a chat: digits in E.164 without the plus. */
const CHAT =
  /^(?:https?:\/\/)?(?:wa\.me\/|(?:api|web)\.whatsapp\.com\/send\/?\?phone=)(?:\+|%2B)?(\d{5,18})\b/i;

/** The number alone, as far as what stands around it is known. @param text - of bounded length */
export function withoutLabels(text: string): string {
  const chat = CHAT.exec(text);
  if (chat) return `+${chat[1]}`;
  let rest = unquoted(text);
  let joined = false;
  for (let i = 0; i < MOST_WORDS; i++) {
    const label = LEADING.exec(rest);
    if (!label) break;
    const behind = rest.slice(label[0].length);
    const joins = JOINED.exec(behind);
    const isBoth = (joined || joins !== null) && isFaxWord(label[1]!);
    if (!isBoth && !isLabel(label[1]!, label[2] !== '' || /^[([]/.test(rest))) break;
    joined = joins !== null;
    rest = unquoted(joins === null ? behind.replace(/^\/+/, '') : behind.slice(joins[0].length));
  }
  for (let i = 0; i < MOST_WORDS; i++) {
    const label = TRAILING.exec(rest);
    if (!label || !isLabel(label[2]!, true)) break;
    rest = unquoted(rest.slice(0, label.index));
  }
  return rest;
}

/** Whether a text says of its number that it is a fax's alone. @param text - of bounded length */
export function isFax(text: string): boolean {
  if (!LETTER.test(text)) return false;
  const rest = withoutLabels(text);
  return isFaxWord(LEADING.exec(rest)?.[1] ?? '') || isFaxWord(TRAILING.exec(rest)?.[2] ?? '');
}

const isFaxWord = (word: string): boolean => FAX.has(plainWord(word));

const plainWord = (word: string): string => word.toLowerCase().normalize('NFD').replace(MARKS, '');

function isLabel(word: string, marked: boolean): boolean {
  const plain = plainWord(word);
  return WORDS.has(plain) && (marked || plain.length > 1);
}

function unquoted(text: string): string {
  return withoutEnds(text, BEFORE, BEHIND);
}

/** The keys of a telephone, as letters stand on them (ITU-T E.161). */
const KEYS: Readonly<Record<string, string>> = Object.fromEntries(
  ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'].flatMap((letters, i) =>
    [...letters].map((letter) => [letter, String(i + 2)]),
  ),
);

/**
 * `1-800-FLOWERS` in digits: three digits or more, and letters behind them that a telephone has on its keys.
 * @returns undefined for what is no such number
 */
export function spelledOut(text: string): string | undefined {
  if (!/^[+(]*\d(?:[\s().-]*\d){2,}[\s().-]*(?:[a-z\d][\s.-]*){3,16}$/i.test(text)) return undefined;
  if ((text.match(/[a-z]/gi) ?? []).length < 3) return undefined;
  return text.toLowerCase().replace(/[a-z]/g, (letter) => KEYS[letter]!);
}
