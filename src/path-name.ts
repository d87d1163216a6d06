// SPDX-License-Identifier: Apache-2.0
/**
 * How messages name a file: by its path, unless that may be something else which was pasted where a path is expected. Messages
 * are logged, and hold no token and no identifier.
 */

/** A token, anywhere: names are made of paths. */
const TOKEN = /vmt_[A-Za-z0-9_-]{43}/;
/** Something of an address on both sides of an @, in one name. */
const ADDRESS = /[^\s/\\@]@[^\s/\\@]/;
/** A domain that ends in letters: the version of a package has none. */
const DOMAIN = /@[^\s/\\@]*\.\p{L}{2}/u;
/** What this package puts behind a name. */
const ENDINGS = /\.(?:lock|breaking|draft|tmp|vm|[0-9a-f]{16})$/;
/** Telephone numbers as people write them; longer ones are none. */
const NUMBER = /^[\d+() .-]{7,40}$/;
const DATE = /^\d{4}-\d\d-\d\d/;

/** What a message says in place of a path that may be no path. */
export const UNNAMED = 'a file (its name is not repeated: it looks like a token, an address or a number)';

export function pathName(path: string): string {
  if (TOKEN.test(path) || (ADDRESS.test(path) && DOMAIN.test(path))) return UNNAMED;
  const names = path.split(/[/\\]/);
  // A folder may be called by a day, 20240501, without being a number.
  const isNumber = names.some((name, i) => digitsOf(name) >= (i === names.length - 1 ? 7 : 9));
  return isNumber ? UNNAMED : path;
}

/** Digits of what is written like a telephone number; 0 for anything else. */
function digitsOf(file: string): number {
  let name = file;
  while (ENDINGS.test(name)) name = name.slice(0, name.lastIndexOf('.'));
  return NUMBER.test(name) && !DATE.test(name) ? name.replace(/\D/g, '').length : 0;
}
