// SPDX-License-Identifier: Apache-2.0
/** Google's libphonenumber in Java, and its port to Python. */

import { JAVA, PYTHON, readerInJava, readerInPython } from '../../../messy/libraries.js';
import { measuredBy } from '../process.js';

/** @type {import('../peers.js').Peer[]} */
const peers = [
  {
    name: 'libphonenumber, Java',
    version: JAVA,
    ready(log) {
      log(`libphonenumber ${JAVA}`);
      const [program, ...argv] = readerInJava();
      return [
        {
          work: 'numbers',
          name: 'libphonenumber, Java',
          threads: [1, 2],
          run: (file, threads) => measuredBy(program, [...argv, file, `${threads}`], { threads }),
        },
      ];
    },
  },
  {
    name: 'phonenumbers, Python',
    version: PYTHON,
    ready(log) {
      log(`phonenumbers ${PYTHON}`);
      const [program, ...argv] = readerInPython();
      return [
        {
          work: 'numbers',
          name: 'phonenumbers, Python',
          threads: [1],
          run: (file, threads) => measuredBy(program, [...argv, file], { threads }),
        },
      ];
    },
  },
];

export default peers;
