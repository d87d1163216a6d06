// SPDX-License-Identifier: Apache-2.0
/** The two kinds of runs that the parties of this folder take part in. */

import type { RunKind } from '../run/kind.js';
import type { Reveal } from './reveal.js';

/**
 * By what the receiver is shown. `intersection` is the ordered mode: the sender answers in the order it was asked.
 * `cardinality` is the shuffled mode: the whole answer comes back sorted.
 */
export const KINDS: Readonly<Record<Reveal, RunKind>> = {
  intersection: { id: 'ecdh-psi', mode: 1, bindsIdentifier: true },
  cardinality: { id: 'ecdh-psi-cardinality', mode: 2 },
};
