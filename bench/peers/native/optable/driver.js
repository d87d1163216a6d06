// SPDX-License-Identifier: Apache-2.0
/** github.com/optable/match, Go: from the module proxy that Go is set to, or from a copy whose folder OPTABLE_MATCH names. */

import { join } from 'node:path';
import { build, isThere, measuredBy, sourcesOf } from '../process.js';

const MODULE = 'github.com/optable/match';
const VERSION = '1.4.0';
/** Newer compilers fail on its sources with an error of their own. */
const COMPILER = 'go1.22.12';

/** @type {import('../peers.js').Peer} */
const peer = {
  name: 'Optable match',
  version: VERSION,
  ready(log) {
    if (!isThere('go', ['version'])) throw new Error('there is no go');
    log(`${MODULE} ${VERSION}`);
    const folder = sourcesOf('optable');
    const go = (/** @type {string[]} */ ...argv) =>
      build('go', argv, { cwd: folder, env: { GOTOOLCHAIN: COMPILER, GOFLAGS: '-mod=mod -buildvcs=false' } });
    try {
      const copy = process.env.OPTABLE_MATCH;
      if (copy) go('mod', 'edit', `-replace=${MODULE}=${copy}`);
      go('build', '-o', 'match-lists', '.');
    } catch {
      throw new Error(
        `${MODULE} cannot be had here, or not be built by ${COMPILER}: OPTABLE_MATCH may name a copy of it`,
      );
    }
    return /** @type {const} */ ([
      ['dhpsi', 'ecdh'],
      ['kkrtpsi', 'ot'],
    ]).map(([protocol, kind]) => ({
      work: 'intersection',
      name: `Optable ${protocol}`,
      kind,
      threads: [1, 2],
      run: ({ receiver, sender, threads }) =>
        measuredBy(join(folder, 'match-lists'), [protocol, receiver, sender], { threads }),
    }));
  },
};

export default peer;
