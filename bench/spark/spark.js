// SPDX-License-Identifier: Apache-2.0
/** Spark with the package in src/spark: an environment of Python's in bench/.engines, and the program that is driven in it. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ENVIRONMENT = new URL('../.engines/spark/', import.meta.url);
const PACKAGE = new URL('../../src/spark/', import.meta.url);
const DRIVER = new URL('driver.py', import.meta.url);
const ECHO = new URL('echo.js', import.meta.url);
/** What was measured with; arithmetic is done by the Node that is measured. */
const PACKAGES = ['pyspark[sql]==4.3.0', 'pyarrow==26.0.1', 'cryptography==50.0.2'];

/** @param {string} program @param {readonly string[]} argv @param {string} without - what is said where it cannot be done */
function done(program, argv, without) {
  try {
    execFileSync(program, argv, { stdio: 'pipe' });
  } catch {
    throw new Error(without);
  }
}

/** @returns {string} Python, with what Spark needs */
function python() {
  if (!existsSync('/proc/self/stat')) throw new Error('processes are measured by /proc, which is not here');
  done('java', ['-version'], 'no Java');
  const program = fileURLToPath(new URL('bin/python', ENVIRONMENT));
  if (!existsSync(program)) {
    mkdirSync(ENVIRONMENT, { recursive: true });
    done('python3', ['-m', 'venv', fileURLToPath(ENVIRONMENT)], 'no Python with venv');
  }
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES];
  done(program, install, `${PACKAGES.join(', ')} cannot be installed`);
  return program;
}

/** A running Spark. */
export class Spark {
  #child;
  #lines;
  #ended;

  /**
   * Starts it. @param {string} node - what workers are run by
   * @throws {Error} where there is no Java or no PySpark, which it says
   */
  constructor(node) {
    const program = python();
    execFileSync(process.execPath, [fileURLToPath(new URL('build.js', PACKAGE))]);
    const env = { ...process.env, VEILMATCH_NODE: node, PYTHONPATH: fileURLToPath(PACKAGE) };
    Object.assign(env, { PYSPARK_PYTHON: program, PYTHONDONTWRITEBYTECODE: '1' });
    const argv = [fileURLToPath(DRIVER), fileURLToPath(ECHO)];
    this.#child = spawn(program, argv, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    this.#child.stderr.on('data', (text) => {
      said = (said + text).slice(-2_000);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#ended = once(this.#child, 'close').then(([status]) => ({ status, said }));
  }

  /** The next line. @returns {Promise<any>} */
  async #told() {
    const { value, done: over } = await this.#lines.next();
    if (over) {
      const { status, said } = await this.#ended;
      throw new Error(`Spark ended with status ${status}: ${said}`);
    }
    return JSON.parse(value);
  }

  /** Waits until it is warm. @returns {Promise<string>} its version */
  async ready() {
    return (await this.#told()).spark;
  }

  /** @param {{ run: number } | { pipe: number }} what @returns {Promise<any>} as driver.py says */
  ask(what) {
    this.#child.stdin.write(`${JSON.stringify(what)}\n`);
    return this.#told();
  }

  async end() {
    this.#child.stdin.end();
    await this.#ended;
  }
}
