// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run examples` runs every example small and checks what it computes; `npm run examples -- NAME` tells one's story.
 * They import the package as it would be published.
 */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeLists } from './compare/generate.js';
import { installPacked } from './install.js';

const run = promisify(execFile);

/** Protocols that leave the partner nothing to read offline. */
const HIDING = /^(ecdh-psi|ot-psi|oprf|contact-discovery|join-ids|pair)/;

/** Of somebody who made itself a certificate: the exit status, and what the log of the party that serves says. */
const OUTSIDER = '3 unknown-authority';

/** @param {boolean} condition @param {string} what */
function check(condition, what) {
  if (!condition) throw new Error(what);
}

/** Small lists, all protocols: every one must find what the generator planted. */
async function compare() {
  const folder = await mkdtemp(join(tmpdir(), 'veilmatch-examples-'));
  try {
    const { network, hospital, truth } = await writeLists(folder, { rows: 200, shared: 60 });
    const command = fileURLToPath(new URL('node_modules/veilmatch/dist/cli/main.js', import.meta.url));
    const options = '--country US --area-codes 415,628 --run-seconds 1 --attack-seconds 1 --json'.split(' ');
    const { stdout } = await run(process.execPath, [command, 'compare', network, hospital, ...options]);
    const { protocols } = JSON.parse(stdout);
    for (const { protocol, correct, share, size, recovered } of protocols) {
      check(correct, `${protocol} did not find the truth`);
      if (protocol === 'plain' && share === 1) {
        check(
          size === truth.sharedIdentifiers,
          `plain found ${size}, planted were ${truth.sharedIdentifiers}`,
        );
      }
      check(
        (recovered.partner === 0) === HIDING.test(protocol),
        `${protocol}: the partner's attack went otherwise`,
      );
      check(recovered.enumerating > 0, `${protocol}: enumerating found nothing`);
    }
    return `${protocols.length} protocols, ${truth.sharedIdentifiers} shared identifiers`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @type {Record<string, (story: Function) => Promise<string>>} Each returns a line on what it found, or throws. */
const stories = {
  async 'ad-audience'(story) {
    const sizes = { customers: 1_000, members: 2_000, shared: 640 };
    const { matched, recovered, strangers, coarse } = await story(() => {}, sizes);
    check(matched === sizes.shared, 'the hashes matched otherwise');
    check(
      recovered === sizes.customers && strangers === sizes.customers - sizes.shared,
      'not all was read back',
    );
    check(coarse === 600, 'the coarse count is another');
    return `${recovered} hashes read back, about ${coarse} matches by PSI`;
  },
  async 'contact-upload'(story) {
    const sizes = { contacts: 100, members: 1_000, shared: 30 };
    const { recovered, shadows, found, right, outsider, refused } = await story(() => {}, sizes);
    check(recovered === sizes.contacts && shadows === sizes.contacts - sizes.shared, 'not all was read back');
    check(found === sizes.shared && right, 'other contacts were found');
    check(outsider === 'denied' && refused === 'refused', 'who may not ask was answered');
    return `${recovered} hashes read back, ${found} contacts discovered, over TLS`;
  },
  async 'hospital-linkage'(story) {
    const sizes = { patients: 400, insured: 600, shared: 150 };
    const { plain, salted, size, joined, right, turnedAway } = await story(() => {}, sizes);
    check(plain === sizes.patients && salted === sizes.patients, 'not all was read back');
    check(size === sizes.shared && joined === sizes.shared && right, 'the joined table is another');
    check(turnedAway === OUTSIDER, 'an outsider was not turned away');
    return `${joined} rows joined, of two processes over TLS`;
  },
  async 'purchase-sum'(story) {
    const sizes = { viewers: 500, holders: 400, shared: 120 };
    const { size, sum, right, turnedAway, refused } = await story(() => {}, sizes);
    check(right, 'the sum is another');
    check(turnedAway === OUTSIDER, 'an outsider was not turned away');
    check(refused === '3 runs', 'a second question was answered');
    return `${size} people, $${sum}, over TLS`;
  },
  async 'two-machines'(story) {
    const sizes = { passengers: 1_500, guests: 1_200, shared: 300 };
    const { shared, right, turnedAway, counted, erased } = await story(() => {}, sizes);
    check(right && shared === sizes.shared, 'the shared rows are others');
    check(turnedAway.join() === `${OUTSIDER},denied`, 'an outsider was not turned away');
    check(counted === sizes.shared && erased, 'the files tell another count, or the state is still there');
    return `${shared} rows over TLS and over the library, ${counted} by files`;
  },
  async browser(story) {
    const { url, close } = await story(() => {});
    try {
      for (const page of ['', 'partner.html', 'contacts.html']) {
        const response = await fetch(url + page);
        check(response.ok, `the page /${page} is not served`);
        const policy = response.headers.get('content-security-policy') ?? '';
        check(policy.includes("default-src 'none'"), `the page /${page} is served without its policy`);
      }
    } finally {
      await close();
    }
    return 'three pages built and served';
  },
};

const [name] = process.argv.slice(2);
installPacked();
if (name !== undefined) {
  if (!Object.hasOwn(stories, name)) {
    console.error(`There is no example ${name}. Examples: ${Object.keys(stories).join(', ')}`);
    process.exitCode = 2;
  } else {
    const { story } = await import(new URL(`${name}/index.js`, import.meta.url).href);
    await story((/** @type {string} */ line) => console.log(line));
  }
} else {
  const waiting = Object.entries({ compare, ...stories });
  // Two side by side: most of a story is processes that wait for each other, and the comparison has its seconds for every protocol.
  const tell = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [title, example] = next;
      try {
        const { story } =
          title === 'compare' ? {} : await import(new URL(`${title}/index.js`, import.meta.url).href);
        console.log(`${title}: ${await example(story)}`);
      } catch (error) {
        console.error(`${title}: FAILED, ${error instanceof Error ? error.message : error}`);
        process.exitCode = 1;
      }
    }
  };
  await Promise.all([tell(), tell()]);
}
