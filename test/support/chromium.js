// SPDX-License-Identifier: Apache-2.0
/** The Chromium that tests and screenshots drive, where the machine has one. */

import { spawnSync } from 'node:child_process';
import { delimiter, isAbsolute, join } from 'node:path';

const { CHROMIUM: named = '', PATH = '' } = process.env;

export const CHROMIUM = [named, 'chromium', 'chromium-browser', 'google-chrome']
  .filter((name) => name !== '')
  .flatMap((name) => (isAbsolute(name) ? [name] : PATH.split(delimiter).map((folder) => join(folder, name))))
  .find((path) => spawnSync(path, ['--version']).status === 0);
if (CHROMIUM === undefined) console.warn('SKIPPED: nothing runs in a browser, because there is no Chromium.');

export const CHROMIUM_OPTIONS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
