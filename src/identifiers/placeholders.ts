// SPDX-License-Identifier: Apache-2.0
/**
 * What people write where they have nothing to write: `0000000000`, `none@none.com`. As identifiers these would make
 * strangers one person. Numbers kept for fiction (555-01xx) are not among them: nobody writes them for want of a number.
 */

const RISING = '0123456789'.repeat(3);
const RUNS: readonly string[] = [RISING, RISING.slice(1), '9876543210', '0987654321'];
/** Digits of a run that is no accident. */
const LEAST_RUN = 7;
const LEAST_ALIKE = 4;

/** All digits the same. */
export function allAlike(digits: string): boolean {
  if (digits.length < LEAST_ALIKE) return false;
  for (let i = 1; i < digits.length; i++) if (digits[i] !== digits[0]) return false;
  return true;
}

/** Somebody has counted, up or down: `1234567890`, `9876543210`. */
export function isRun(digits: string): boolean {
  // Nearly no number begins so, and lists have millions of them.
  const step = Math.abs(digits.charCodeAt(1) - digits.charCodeAt(0));
  return (
    (step === 1 || step === 9) && digits.length >= LEAST_RUN && RUNS.some((run) => run.startsWith(digits))
  );
}

/** Whoever writes these before an @ means that there is no address, at whatever domain. */
const NO_ADDRESS =
  /^(?:no|not|without|dont|donot)[._-]?(?:e?[._-]?mail|address|given|provided|available|applicable|have)(?:[._-]?(?:address|provided|given|available|email))?\d{0,3}$/;
/** What nobody reads: mail that is not to be answered comes from there, whatever the domain. */
const NO_REPLY =
  /^(?:no|do[._-]?not|dont|nao|ne[._-]?pas|nicht)[._-]?(?:reply|replies|respond|responder|responda|repondre|antworten)\d{0,3}$/;
/** Words that stand for nothing where domain and name are both of them. */
const FILLERS: ReadonlySet<string> = new Set(
  (
    'none no na nil null nada nothing nobody noone unknown anonymous anon blank empty undefined invalid fake dummy ' +
    'test tester testing testtest example sample temp placeholder default name user username email mail nomail noemail domain ' +
    'kein keine keins aucun aucune pasdemail ninguno ninguna notiene sinemail sincorreo nessuno nessuna geen nao ' +
    'naotem semail ingen declined refused deleted removed ' +
    'nowhere abc abcd xyz xx xxx xxxx asd asdf asdfg asdfasdf qwerty qwe foo bar foobar no-email noreply email1 test1 123 1234 12345 123456'
  ).split(' '),
);
export const LONGEST_FILLER: number = Math.max(...[...FILLERS].map((word) => word.length));
/** Their own names have six characters at least (Gmail's rule), so that these cannot be anybody's. */
const SIX_LETTERS: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

/** @param domain - in ASCII, both in lower case */
export function isPlaceholderAddress(local: string, domain: string): boolean {
  if (NO_ADDRESS.test(local) || NO_REPLY.test(local)) return true;
  if (local.length > LONGEST_FILLER) return false;
  const dot = domain.indexOf('.');
  const label = dot < 0 ? domain : domain.slice(0, dot);
  if (FILLERS.has(local)) {
    return FILLERS.has(label) ? label !== 'example' : SIX_LETTERS.has(domain) && local.length < 6;
  }
  return local === label && sameLetters(local);
}

/** `a@a.com`, `xxx@xxx.com`. */
function sameLetters(text: string): boolean {
  return text !== '' && [...text].every((letter) => letter === text[0]);
}

/** What people write into cells that are empty. */
const NOTHING =
  /^(?:n[/.]?a\.?|nan|null|nil|none|keine?|unknown|unbekannt|-+|\.+|\?+|#n(?:\/[ad]|v)|#(?:name|value|wert|ref|bezug)[?!]|\(?(?:leer|blank|empty)\)?)$/i;

/** Whether a cell says that there is nothing in it. */
export function standsForNothing(cell: string): boolean {
  return NOTHING.test(cell);
}
