// SPDX-License-Identifier: Apache-2.0
/** What the name of a column says of what is in it. */

import type { Field } from '../identifiers/row.js';
import { withoutInvisibles } from '../identifiers/text.js';

/** What columns are looked for. */
export type ColumnKind = Field | 'country';

/** Words, as `wordsOf` makes them. */
const NAMES: Readonly<Record<ColumnKind, RegExp>> = {
  phone:
    /\b(?:\w*phones?\d*|\w*phonenumbers?|phone\w*nr|\w*telefon\w*|\w*telefoon\w*|telef\w*|tele?\d*|telf\d|tel(?:nr|no)|mob|mobil\w*|movil\w*|cell\d*|cell ?phones?|cellular\w*|celular\w*|cellulare|handy\w*|portable|gsm\d*|sms|msisdn|whats ?app|rufnummern?|\w*puhelin\w*|kannykka\w*|komorka|tlf\w*|telp|telemov\w*|festnetz\w*|natel\w*|fon)\b/,
  email:
    /\be ?mails?\d*\b|\be ?mail ?\w*adres\w*|\bmails?\d*\b|\bmail ?adress?e?\b|\bcorreos?\b|\bcourriels?\b|\bsmtp ?addr\w*|\be ?post\w*\b|\bsahkoposti\w*\b|\bmejl\w*\b|\bel pastas\b|\be pasts\b/,
  country: /\b(?:country\w*|land1?|lander|pays|pais|paese|kraj|nation\w*|landcode|laendercode|lan?dkod)\b/,
};

/**
 * Parts of names in scripts whose words have no ends that \b knows, without marks as `wordsOf` makes them; those of fax, postal
 * code and the like are not among them.
 */
const IN_OTHER_SCRIPTS: Readonly<Record<Field, readonly string[]>> = {
  phone: anyOf(
    'телефон мобильн мобилен мобілн τηλεφων κινητο טלפון נייד סלולרי هاتف جوال موبايل محمول تليفون تلفون تلفن همراه موبایل ' +
      '电话 電話 手机 手機 携帯 전화 휴대폰 핸드폰 연락처 โทรศัพท์ มือถือ फोन मोबाइल फ़ोन ফোন মোবাইল',
  ),
  email: anyOf(
    'почта имейл емейл імейл пошта ταχυδρομειο μειλ אימייל מייל דוא الكتروني ايميل ایمیل ' +
      '邮箱 郵箱 邮件 郵件 メール 이메일 전자우편 อีเมล ईमेल ইমেইল',
  ),
};

function anyOf(words: string): readonly string[] {
  return words.normalize('NFKD').replace(/\p{M}/gu, '').split(' ');
}

/** Words behind which something else than what the name begins with is meant. */
const AGAINST: Readonly<Record<ColumnKind, RegExp>> = {
  phone:
    /\b(?:phonetic\w*|fax\w*|telefax\w*|type|typ|types?|opt|opted|optin|consent\w*|since|date|datum|day|time|count|ext|extension|model|brand|carrier|operator|provider|device|verified|valid|status|country|code|prefix|label|plan|price|bill|id)\b/,
  email:
    /\b(?:type|typ|opt|opted|optin|consent\w*|since|date|datum|count|verified|valid|status|subject|campaign|client|provider|domain|template|label|id|opens?|clicks?|bounced?)\b/,
  country: /\b(?:phone|telephone|dial\w*|calling|id|nationality)\b/,
};

const FAX = anyOf('факс 传真 傳真 ファックス ファクス 팩스 φαξ פקס فاكس แฟกซ์');

/** What columns hold that are full of digits, and are no telephone numbers. */
const DIGITS_OF_SOMETHING_ELSE =
  /\b(?:dates?|datum|data|dato|fecha|birth\w*|born|dob|geb|gebdat|geburt\w*|geboorte\w*|fodelse\w*|naissance|nacimiento|nascita|age|year|jahr|konto\w*|accounts?|acct|iban|bic|swift|blz|bank\w*|card|cards|kreditkarte|cc|id|ids|uid|guid|uuid|key|ssn|sin|nin|personnummer|pesel|bsn|dni|nif|cpf|cnpj|cuit|siret|siren|tax\w*|steuer\w*|vat|ust\w*|mwst|passport|pass|lat|latitude|lon|long|lng|longitude|zip\w*|plz|postal|postcode|postleitzahl|codigo postal|cp|cap|prices?|preis|prix|precio|amount|betrag|total|sum|summe|revenue|umsatz|value|wert|cost|qty|quantity|menge|order\w*|bestell\w*|invoice\w*|rechnung\w*|customer (?:no|nr|number|id)|kundennummer|kundennr|sku|ean|gtin|upc|isbn|imei|imsi|serial\w*|version|hash|token|timestamp|created|updated|modified|zeit|ip)\b/;

/** Columns of the codes that are dialled, which some exports have in place of countries. */
const DIALLED =
  /\b(?:(?:phone |mobile |tel )?country(?: (?:phone|dial\w*|calling))? ?(?:code|prefix)|(?:dial\w*|calling|isd) ?(?:code|prefix)|landesvorwahl|land(?:er)?vorwahl|indicatif(?: pays)?|landcode|landkod|lan?dkod)\b/;

/** Whether a name says that its column holds country calling codes. */
export function speaksOfDialling(words: string): boolean {
  return DIALLED.test(words);
}

/** How well a column of persons is reached by a name, the best first; a name that fits none stands behind `plain`. */
const PREFERENCE: Readonly<Record<ColumnKind, readonly RegExp[]>> = {
  phone: [
    /\b(?:mobile?\w*|movil\w*|cell\w*|celular\w*|handy\w*|portable|gsm\d*|sms|whats ?app|komorka)\b/,
    /^(?:phones?|tele?\d*|telf1|telephone|telefon\w*|telefono|rufnummer|phone ?(?:number|no|nr)|telephone number|msisdn|phone ?1|primary phone)$/,
    /\b(?:primary|main|home|private|privat\w*|personal|customer|person)\b/,
  ],
  email: [
    /^(?:e ?mails?|mail|e ?mail ?address?e?|email ?1|e ?mail 1 value|primary email|courriel|correo|e post|smtp addr)$/,
    /\b(?:primary|main|home|private|privat\w*|personal|customer|person)\b/,
  ],
  country: [/^(?:country|country ?code|land1?|pays|pais)$/, /\b(?:mailing|home|billing|customer)\b/],
};

/** Behind all others: whom they reach is somebody else, or many people. */
const LAST =
  /\b(?:business|company|firma|firm\w*|work|office|buro|geschaft\w*|assistant|manager|emergency|parent|spouse|partner|other|alternate|alternative|secondary|default|shipping|delivery|billing address|reporter|agent|rep|owner|store|support)\b/;

/** A longer name says nothing of its column: to compose or take apart marks takes the square of their number. */
const MAX_NAME = 200;

/** `mobilePhone`, `Mobile_Phone` and `Téléphone (mobile)` as words in lower case; none for what is too long for a name. */
export function wordsOf(cell: string): string {
  const name = withoutInvisibles(cell);
  if (name.length > MAX_NAME) return '';
  return (
    name
      .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
      .normalize('NFKD')
      // One character may stand for eighteen.
      .slice(0, 2 * MAX_NAME)
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replaceAll('ø', 'o')
      .replaceAll('ß', 'ss')
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()
  );
}

/** Whether a name says that its column holds this. */
export function speaksFor(kind: ColumnKind, words: string): boolean {
  const has = (part: string): boolean => words.includes(part);
  const isSo = NAMES[kind].test(words) || (kind !== 'country' && IN_OTHER_SCRIPTS[kind].some(has));
  return isSo && !AGAINST[kind].test(words) && !FAX.some(has);
}

/** Whether a name says that its column holds something else. */
export function speaksAgainst(kind: ColumnKind, words: string): boolean {
  return AGAINST[kind].test(words) || (kind === 'phone' && DIGITS_OF_SOMETHING_ELSE.test(words));
}

/** Of several names that speak for it: the lower, the better. */
export function rankOf(kind: ColumnKind, words: string): number {
  const ranks = PREFERENCE[kind];
  const found = ranks.findIndex((rank) => rank.test(words));
  const rank = found < 0 ? ranks.length : found;
  return LAST.test(words) ? rank + 2 * ranks.length : rank;
}
