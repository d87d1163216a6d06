// SPDX-License-Identifier: Apache-2.0
/** hashcat on the CPU, in each of its modes (Debian: hashcat, pocl-opencl-icd, ocl-icd-libopencl1). */

import { Hashcat, hashcatVersion } from '../../../reversal/hashcat.js';

/** @type {import('../peers.js').Peer} */
const peer = {
  name: 'hashcat',
  version: "the system's",
  ready(log) {
    const version = hashcatVersion();
    if (version === undefined)
      throw new Error(
        'it is not installed with a runtime for the CPU (Debian: hashcat, pocl-opencl-icd, ocl-icd-libopencl1)',
      );
    log(`hashcat ${version}`);
    return Hashcat.modes.map((mode) => ({
      work: 'reversal',
      name: `hashcat, ${mode}`,
      async run(targets) {
        const hashcat = new Hashcat(targets);
        try {
          return await hashcat.rate(mode);
        } finally {
          hashcat.dispose();
        }
      },
    }));
  },
};

export default peer;
