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
  state: /^(?:state|st|province|region|bundesland|provincia|estado|state province|province code|state code)$/,
  postalCode:
    /^(?:zip|zp|zip ?code|postal ?code|post ?code|postal|plz|postleitzahl|code postal|codigo postal|cap|cep|postnummer)$/,
  country: /^(?:country|country ?code|land|pays|pais|paese|nation)$/,
  birthDate:
    /^(?:dob|birth ?day|birth ?date|date of birth|geburtsdatum|geburtstag|date de naissance|fecha de nacimiento|data di nascita|geboortedatum|fodelsedatum|f[oø]dselsdato)$/,
  gender: /^(?:gender|gen|ge|sex|geschlecht|sexe|sexo|sesso|geslacht)$/,
  mobileId:
    /^(?:maid|madid|idfa|gaid|aaid|ad ?id|advertising ?id|mobile ?(?:ad(?:vertis(?:er|ing))? ?)?id|device ?id|google ?aid)$/,
  externalId:
    /^(?:external ?(?:user ?)?id|extern ?id|customer ?id|user ?id|client ?id|crm ?id|loyalty ?id|kundennummer)$/,
};

/**
 * @param header - the first record, if it is a header
 * @param taken - columns that hold something else, by their positions
 * @returns positions by field; the first column of a name where several have it
 */
export function fieldColumns(
  header: readonly string[] | undefined,
  taken: readonly number[],
): ReadonlyMap<UploadField, number> {
  const found = new Map<UploadField, number>();
  for (const [column, name] of (header ?? []).entries()) {
    if (taken.includes(column)) continue;
    const field = UPLOAD_FIELDS.find((each) => NAMES[each].test(wordsOf(name)));
    if (field !== undefined && !found.has(field)) found.set(field, column);
  }
  return found;
}
