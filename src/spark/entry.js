// SPDX-License-Identifier: Apache-2.0
/** What the wheel runs on executors: `veilmatch worker --stdio`, without the rest of the command line. */

import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { createBackend } from '../../dist/group/select.js';
import { serveStages } from '../../dist/stage/serve.js';

// As src/cli/main.ts does, and why.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

const { stdin, stdout } = process;
// Whoever reads the answers has gone: there is nobody to tell.
stdout.on('error', () => process.exit(0));

const backend = await createBackend({ concurrency: 1 });
try {
  await serveStages(
    stdin,
    async (bytes) => {
      if (!stdout.write(bytes)) await once(stdout, 'drain');
    },
    { backend },
  );
} catch {
  // It was told in the answer.
  process.exitCode = 3;
}
