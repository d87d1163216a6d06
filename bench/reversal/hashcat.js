// SPDX-License-Identifier: Apache-2.0
/**
 * hashcat on the CPU (Debian: hashcat, pocl-opencl-icd, ocl-icd-libopencl1), one thread, at the same work: SHA-256 of North American numbers.
 * What counts is the rate that it reports while it runs; the seconds that it takes to start are left out.
 */

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SHA256 = '1400';
/** Ten digits, the first and the fourth from 2 to 9. */
const MASK = '?1?d?d?1?d?d?d?d?d?d';
const SECONDS = 8;
/** Its exit statuses: cracked, exhausted, stopped by the time limit. */
const ENDED = [0, 1, 4];

/** @returns {string | undefined} its version, if it is installed with something that runs it on the CPU */
export function hashcatVersion() {
  try {
    const version = execFileSync('hashcat', ['--version'], { encoding: 'utf8' }).trim();
    const devices = execFileSync('hashcat', ['-I', '-D', '1', '--backend-ignore-cuda'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /Type\.+: CPU/.test(devices) ? version : undefined;
  } catch {
    return undefined;
  }
}

/** The ways of telling it the same numbers, each with its own speed. */
const MODES = {
  /** The ten digits of the national number. */
  mask: () => ['-a', '3', '-1', '23456789', MASK],
  /** The same behind the country code, which the mask begins with. */
  prefixedMask: () => ['-a', '3', '-1', '23456789', `+1${MASK}`],
  /** A list of what stands in front, and a mask for the last four digits. */
  hybrid: (/** @type {string} */ prefixes) => ['-a', '6', prefixes, '?d?d?d?d'],
};

export class Hashcat {
  #folder = mkdtempSync(join(tmpdir(), 'veilmatch-hashcat-'));
  #targets = join(this.#folder, 'targets');
  #prefixes = join(this.#folder, 'prefixes');

  /** @param {readonly string[]} tokens - in hexadecimal; none of them is one of its candidates */
  constructor(tokens) {
    writeFileSync(this.#targets, `${tokens.join('\n')}\n`);
    const prefixes = [];
    for (let area = 200; area < 600; area++) {
      for (let exchange = 200; exchange < 1000; exchange++) prefixes.push(`+1${area}${exchange}`);
    }
    writeFileSync(this.#prefixes, `${prefixes.join('\n')}\n`);
  }

  static get modes() {
    return /** @type {(keyof typeof MODES)[]} */ (Object.keys(MODES));
  }

  /**
   * @param {keyof typeof MODES} mode
   * @returns {Promise<number>} hashes a second
   */
  async rate(mode) {
    const options = [
      '-m',
      SHA256,
      '-D',
      '1',
      '--backend-ignore-cuda',
      '--potfile-disable',
      '--logfile-disable',
      '-O',
    ];
    const status = ['--status', '--status-json', '--status-timer', '1', '--runtime', String(SECONDS)];
    const run = promisify(execFile)(
      'hashcat',
      [...options, ...status, this.#targets, ...MODES[mode](this.#prefixes)],
      {
        cwd: this.#folder,
        env: { ...process.env, POCL_MAX_PTHREAD_COUNT: '1' },
        maxBuffer: 1 << 26,
      },
    );
    const { stdout } = await run.catch((error) => {
      if (ENDED.includes(error.code)) return error;
      throw error;
    });
    const speeds = Array.from(stdout.matchAll(/"speed": (\d+)/g), ([, speed]) => Number(speed));
    // The first reports are of a run that has barely begun.
    const rates = speeds.filter((speed) => speed > 0).slice(1);
    if (rates.length === 0) throw new Error('hashcat reported no speed.');
    return Math.max(...rates);
  }

  dispose() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
