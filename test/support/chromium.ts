// SPDX-License-Identifier: Apache-2.0
/** The Chromium that tests drive, where the machine has one. */

import { spawnSync } from 'node:child_process';
import { delimiter, isAbsolute, join } from 'node:path';

const { CHROMIUM: named = '', PATH = '' } = process.env;

/** Its path. */
export const CHROMIUM: string | undefined = [named, 'chromium', 'chromium-browser', 'google-chrome']
  .filter((name) => name !== '')
  .flatMap((name) =>
    isAbsolute(name) ? [name] : PATH.split(delimiter).map((folder) => join(folder, name)),
  )
  .find((path) => spawnSync(path, ['--version']).status === 0);
if (CHROMIUM === undefined) console.warn('SKIPPED: no tests in a browser, because there is no Chromium.');

/** Without a window, and without anything that reaches out by itself. */
export const CHROMIUM_OPTIONS: readonly string[] = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
