// SPDX-License-Identifier: Apache-2.0
/**
 * Addresses of people who do not exist, from generators that have nothing to do with the dictionary: other authors, other
 * sources of names, patterns of their own. Seeded, so that the same releases give the same addresses.
 *
 * Faker for JavaScript draws every name of its lists with the same probability, many of its surnames are invented. Faker
 * for Python draws names by their frequency in the United States (first names of babies born 1960-2000, from the Social
 * Security Administration; the thousand commonest surnames of the census of 2000). Neither is a sample of real addresses.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { faker } from '@faker-js/faker';
import manifest from '@faker-js/faker/package.json' with { type: 'json' };

const SEED = 20180405;
const PYTHON_FAKER = '40.63.0';
const ENVIRONMENT = new URL('../.engines/python/', import.meta.url);

/**
 * @typedef {object} Population
 * @property {string} name
 * @property {string} source
 * @property {string[]} addresses - in lower case
 */

/**
 * @param {number} count
 * @param {(line: string) => void} log
 * @returns {Population[]} those that can be made here
 */
export function populations(count, log) {
  const found = [withJavaScript(count)];
  try {
    found.push(withPython(count));
  } catch (error) {
    log(`Without Faker for Python: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
  return found;
}

/** @param {number} count @returns {Population} */
function withJavaScript(count) {
  faker.seed(SEED);
  return {
    name: 'uniform names',
    source: `@faker-js/faker ${manifest.version}, internet.email()`,
    addresses: Array.from({ length: count }, () => faker.internet.email().toLowerCase()),
  };
}

/** @param {number} count @returns {Population} */
function withPython(count) {
  const python = fileURLToPath(
    new URL(process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python', ENVIRONMENT),
  );
  if (!existsSync(python)) {
    mkdirSync(ENVIRONMENT, { recursive: true });
    execFileSync('python3', ['-m', 'venv', fileURLToPath(ENVIRONMENT)], { stdio: 'pipe' });
  }
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `faker==${PYTHON_FAKER}`,
  ];
  execFileSync(python, install, { stdio: 'pipe' });
  const script = fileURLToPath(new URL('population.py', import.meta.url));
  const text = execFileSync(python, [script, String(count), String(SEED)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  return {
    name: 'names by frequency',
    source: `Faker ${PYTHON_FAKER} for Python, en_US, free_email()`,
    addresses: text.trim().toLowerCase().split('\n'),
  };
}
