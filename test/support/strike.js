// SPDX-License-Identifier: Apache-2.0
/**
 * Loaded before the tool (`node --import`): ends its process by SIGKILL at one of the calls by which it changes what is on the
 * disk, which VEILMATCH_STRIKE names as JSON, a `Strike`.
 *
 * @typedef {object} Strike
 * @property {number} [at] - which call of all it is, from 0
 * @property {string} [call] - or which function is called
 * @property {string} [path] - and the end of the path that it is called with, an expression
 * @property {boolean} [after] - when the call is over; otherwise before it, or where it writes, in the middle of it
 */

import { syncBuiltinESMExports } from 'node:module';

/** @type {Strike} */
const strike = JSON.parse(process.env.VEILMATCH_STRIKE ?? '{}');
const path = strike.path === undefined ? /$/ : new RegExp(strike.path);
let calls = 0;

/**
 * @param {string} call
 * @param {string} at - the path
 * @param {() => Promise<any>} whole
 * @param {() => Promise<any>} [half]
 */
async function struck(call, at, whole, half) {
  const hit = strike.at === undefined ? strike.call === call && path.test(at) : strike.at === calls;
  calls++;
  if (!hit) return whole();
  await (strike.after ? whole() : half?.());
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

const files = /** @type {any} */ (process.getBuiltinModule('node:fs/promises'));
/** Where the path stands under which something appears, or goes. */
const CHANGING = { rename: 1, link: 1, rm: 0, unlink: 0, mkdir: 0, writeFile: 0 };
for (const [call, place] of Object.entries(CHANGING)) {
  const real = files[call];
  files[call] = (/** @type {any[]} */ ...args) =>
    typeof args[place] === 'string' ? struck(call, args[place], () => real(...args)) : real(...args);
}

/** @type {WeakMap<object, string>} */
const paths = new WeakMap();
const open = files.open;
files.open = async (/** @type {any[]} */ ...args) => {
  const made = async () => {
    const handle = await open(...args);
    paths.set(handle, args[0]);
    return handle;
  };
  return typeof args[1] === 'string' && args[1] !== 'r' ? struck('open', args[0], made) : made();
};

const prototype = Object.getPrototypeOf(await open(process.execPath));
for (const call of ['write', 'writeFile', 'sync', 'datasync', 'truncate']) {
  const real = prototype[call];
  /** @this {object} */
  prototype[call] = function (/** @type {any[]} */ ...args) {
    const whole = () => real.apply(this, args);
    const [bytes, offset, length, position] = args;
    const half =
      call === 'write'
        ? () => real.call(this, bytes, offset, length >> 1, position)
        : call === 'writeFile'
          ? () => real.call(this, bytes.slice(0, bytes.length >> 1))
          : undefined;
    return struck(call, paths.get(this) ?? '', whole, half);
  };
}
syncBuiltinESMExports();
