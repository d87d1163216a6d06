// SPDX-License-Identifier: Apache-2.0
/** A token on the command line, wherever it stands: other processes can read it there, and the shell keeps it. */

import { VeilmatchError } from '../../errors.js';
import { isSignedToken, isToken } from '../../transport/door/tokens.js';

/** @throws {VeilmatchError} `argument`, without the token */
export function checkNoToken(argv: readonly string[]): void {
  // --option=TOKEN, too.
  const values = argv.map((argument) => argument.slice(argument.indexOf('=') + 1));
  if (!values.some((value) => isToken(value) || isSignedToken(value))) return;
  throw new VeilmatchError(
    'argument',
    'A token stands on the command line. Every process of this machine could read it there, so it is of no use any more: have a ' +
      'new one made (veilmatch token NAME), take this one out of the partners file, and give the name of the file that holds the ' +
      'new one: --token-file FILE.',
  );
}
