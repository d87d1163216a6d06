// SPDX-License-Identifier: Apache-2.0
/** Which columns hold what uploads take besides telephone numbers and addresses: by their names alone, never by their cells. */

import { UPLOAD_FIELDS, type UploadField } from '../identifiers/fields/field.js';
import { wordsOf } from './column-names.js';

/** What a header is called, as words in lower case without accents. */
const NAMES: Readonly<Record<UploadField, RegExp>> = {
  firstName:
    /^(?:first|given|fore|christian) ?name$|^fn$|^vorname$|^prenom$|^nombre$|^nome$|^voornaam$|^fornavn$|^fornamn$/,
  lastName:
    /^(?:last|family|sur) ?name$|^ln$|^nachname$|^familienname$|^nom(?: de famille)?$|^apellidos?$|^cognome$|^achternaam$|^sobrenome$|^etternavn$|^efternamn$/,
  street:
    /^street(?: ?address)?(?: 1)?$|^address(?: line)?(?: ?1)?$|^stra(?:ss|ß)e$|^adresse$|^rue$|^calle$|^via$|^straat$/,
  city: /^(?:city|town|ct|ort|stadt|ville|ciudad|citta|plaats|cidade|by|stad)$/,
  state:
    /^(?:state|st|province|region|bundesland|provincia|estado|state (?:or )?(?:province|region)|province (?:code|name)|state (?:code|name))$/,
  postalCode:
    /^(?:zip|zp|zip ?code|postal ?code|post ?code|postal|(?:zip|post(?:al)?) ?(?:code )?(?:or )?(?:zip|post(?:al)?) ?code|plz|postleitzahl|code postal|codigo postal|cap|cep|postnummer)$/,
  country: /^(?:country|country ?(?:code|name|region)|land|pays|pais|paese|nation)$/,
  birthDate:
    /^(?:dob|birth ?day|birth ?date|date of birth|geburtsdatum|geburtstag|date de naissance|fecha de nacimiento|data di nascita|geboortedatum|fodelsedatum|f[oø]dselsdato)$/,
  gender: /^(?:gender|gen|ge|sex|geschlecht|sexe|sexo|sesso|geslacht)$/,
  mobileId:
    /^(?:maid|madid|idfa|gaid|aaid|ad ?id|advertising ?id|mobile ?(?:ad(?:vertis(?:er|ing))? ?)?id|device ?id|google ?aid)$/,
  externalId:
    /^(?:external ?(?:user ?)?id|extern ?id|customer ?id|user ?id|client ?id|crm ?id|loyalty ?id|kundennummer)$/,
};

/**
 * Of which of a person's addresses a column is, the likeliest one of somebody's own first: what is delivered somewhere goes to others
 * as well, and where one works is not where one lives.
 */
const PLACES: readonly RegExp[] = [
  /^/,
  /^(?:(?:home|private|personal|residential|permanent)(?: address)?|address 1(?: type)?) /,
  /^(?:mailing|postal|primary|main|default|current|customer|contact|person|member|account|user)(?: address)?(?: 1)? |^address /,
  /^(?:billing|bill(?: to)?|invoice|buyer)(?: address)? /,
  /^(?:shipping|ship(?: to)?|delivery|recipient)(?: address)? /,
  /^(?:business|work|office|company)(?: address)? /,
];
/** What stands together in an address: of two of them nothing is mixed. */
const OF_A_PLACE: readonly UploadField[] = ['street', 'city', 'state', 'postalCode', 'country'];
/** What only the columns of these are called with such a word before it. */
const OF_A_PERSON: readonly UploadField[] = ['firstName', 'lastName'];

/**
 * @param header - the first record, if it is a header
 * @param taken - columns that hold something else, by their positions
 * @returns positions by field; the first column of a name where several have it
 */
export function fieldColumns(
  header: readonly string[] | undefined,
  taken: readonly number[],
): ReadonlyMap<UploadField, number> {
  const columns = (header ?? []).flatMap((name, column) =>
    taken.includes(column) ? [] : [{ column, words: wordsOf(name) }],
  );
  const places = PLACES.map((place) => {
    const found = new Map<UploadField, number>();
    for (const { column, words } of columns) {
      const match = place.exec(words);
      const field = match && fieldNamed(words.slice(match[0].length));
      if (field && !found.has(field)) found.set(field, column);
    }
    return found;
  });
  const [own = new Map<UploadField, number>(), ...others] = places;
  const all = new Map(own);
  const elsewhere = (fields: readonly UploadField[]): void => {
    if (fields.some((field) => field !== 'country' && own.has(field))) return;
    const place = others.find((found) => fields.some((field) => field !== 'country' && found.has(field)));
    for (const field of fields) {
      const column = place?.get(field) ?? own.get(field);
      if (column !== undefined) all.set(field, column);
    }
  };
  elsewhere(OF_A_PLACE);
  elsewhere(OF_A_PERSON);
  return new Map([...all].sort(([, a], [, b]) => a - b));
}

function fieldNamed(words: string): UploadField | undefined {
  return UPLOAD_FIELDS.find((each) => NAMES[each].test(words));
}
