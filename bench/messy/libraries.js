// SPDX-License-Identifier: Apache-2.0
/** Google's library of telephone numbers in Java and its port to Python, installed below bench/.engines, and how they are run. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const JAVA = '9.0.9';
export const PYTHON = '9.0.43';

const FOLDER = fileURLToPath(new URL('../.engines/phone-numbers/', import.meta.url));
const source = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** @param {string} program @param {readonly string[]} argv @param {string} what */
function install(program, argv, what) {
  mkdirSync(FOLDER, { recursive: true });
  try {
    execFileSync(program, argv, { stdio: 'pipe', timeout: 180_000 });
  } catch {
    throw new Error(`${what} could not be installed`);
  }
}

/** @returns {[program: string, ...argv: string[]]} to go before the file of numbers and how many threads @throws {Error} */
export function readerInJava() {
  const jar = join(FOLDER, `libphonenumber-${JAVA}.jar`);
  const artifact = `com.googlecode.libphonenumber:libphonenumber:${JAVA}`;
  const argv = ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${FOLDER}`];
  if (!existsSync(jar)) install('mvn', argv, `libphonenumber ${JAVA} for Java`);
  return ['java', '-cp', jar, source('Numbers.java')];
}

/** @returns {[program: string, ...argv: string[]]} to go before the file of numbers @throws {Error} */
export function readerInPython() {
  const packages = join(FOLDER, `python-${PYTHON}`);
  const argv = ['-m', 'pip', 'install', '-q', '--upgrade', '--target', packages, `phonenumbers==${PYTHON}`];
  if (!existsSync(join(packages, 'phonenumbers', '__init__.py')))
    install('python3', argv, `phonenumbers ${PYTHON} for Python`);
  return ['python3', source('numbers.py'), packages];
}
