// SPDX-License-Identifier: Apache-2.0
/**
 * Programs in native code that do what veilmatch does. Each has a folder with its driver, and what it runs; a driver installs or builds
 * what it needs, or says why it cannot.
 *
 * @typedef {'multiply' | 'hash and multiply' | 'multiply a fixed base'} Operation - on ristretto255; decoding and encoding are part of it
 * @typedef {Partial<Record<Operation, number>>} Rates - operations a second, one thread
 *
 * @typedef {object} Lists - two lists of the same size, an element a line, of which every second one is on both
 * @property {string} receiver - a file
 * @property {string} sender - a file
 * @property {number} size
 * @property {number} shared
 * @property {number} threads
 *
 * @typedef {object} Matched
 * @property {number} seconds - of both parties together, without the start of a process; from strings in memory, or from
 *   the file where the program takes nothing else
 * @property {number} cpuSeconds - of a processor, of all threads of both parties
 * @property {number} found
 * @property {number} [bytes] - of all messages
 *
 * @typedef {object} Group
 * @property {'group'} work
 * @property {string} name
 * @property {(seconds: number) => Promise<Rates>} run - each operation for so many seconds
 *
 * @typedef {object} Intersection
 * @property {'intersection'} work
 * @property {string} name
 * @property {'ecdh' | 'ot'} kind - which of veilmatch's protocols is of its kind
 * @property {number[]} threads - on how many it can run
 * @property {(lists: Lists) => Promise<Matched>} run
 *
 * @typedef {object} Numbers
 * @property {'numbers'} work
 * @property {string} name
 * @property {number[]} threads
 * @property {(file: string, threads: number) => Promise<{ cpu: number, seconds: number, numbers: number }>} run - reads each
 *   line, a country, a tab and a telephone number
 *
 * @typedef {object} Reversal
 * @property {'reversal'} work
 * @property {string} name
 * @property {(targets: readonly string[], quick: boolean) => Promise<number>} run - hashes a second, one thread
 *
 * @typedef {Group | Intersection | Numbers | Reversal} Contestant
 * @typedef {{ name: string, version: string, ready: (log: (line: string) => void) => Contestant[] }} Peer - `ready`
 *   throws an `Error` that says what is missing
 */

import dalek from './dalek/driver.js';
import hashcat from './hashcat/driver.js';
import libsodium from './libsodium/driver.js';
import openmined from './openmined/driver.js';
import optable from './optable/driver.js';
import phoneNumbers from './phone-numbers/driver.js';
import secretflow from './secretflow/driver.js';
import veilmatch from './veilmatch/driver.js';

/** The one that all are compared with. @type {Peer} */
export const own = veilmatch;

/** @type {readonly Peer[]} */
export const peers = [dalek, libsodium, openmined, secretflow, optable, ...phoneNumbers, hashcat];
