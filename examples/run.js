// SPDX-License-Identifier: Apache-2.0
// Runs every example and checks what it computes. `npm run examples` builds the package first.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeLists } from './compare/generate.js';

const run = promisify(execFile);
const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** @type {Record<string, () => Promise<string>>} Each returns a line on what it found, or throws. */
const examples = {
  /** Small lists, all protocols: every one must find what the generator planted. */
  async compare() {
    const folder = await mkdtemp(join(tmpdir(), 'veilmatch-examples-'));
    try {
      const { network, hospital, truth } = await writeLists(folder, { rows: 200, shared: 60 });
      const options = [
        '--country',
        'US',
        '--area-codes',
        '415,628',
        '--run-seconds',
        '1',
        '--attack-seconds',
        '1',
      ];
      const { stdout } = await run(process.execPath, [
        command,
        'compare',
        network,
        hospital,
        ...options,
        '--json',
      ]);
      const { protocols } = JSON.parse(stdout);
      for (const { protocol, correct, share, matches, recovered } of protocols) {
        if (!correct) throw new Error(`${protocol} did not find the truth`);
        if (protocol === 'plain' && share === 1 && matches !== truth.sharedIdentifiers) {
          throw new Error(
            `plain found ${matches} identifiers, the generator planted ${truth.sharedIdentifiers}`,
          );
        }
        const safe = protocol.startsWith('ecdh-psi') || protocol === 'join-ids';
        if ((recovered.partner === 0) !== safe)
          throw new Error(`${protocol}: the partner's attack went otherwise`);
        if (recovered.enumerating === 0) throw new Error(`${protocol}: enumerating found nothing`);
      }
      return `${protocols.length} protocols, ${truth.sharedIdentifiers} shared identifiers`;
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

for (const [name, example] of Object.entries(examples)) {
  try {
    console.log(`${name}: ${await example()}`);
  } catch (error) {
    console.error(`${name}: FAILED, ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
