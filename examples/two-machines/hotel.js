// SPDX-License-Identifier: Apache-2.0
// The hotel's program: finds out which of its guests are in the airline's list.
// Arguments: the address; a folder with ca.pem, client.pem and client.key; the list, a number in E.164 on each line.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IdentifierSet } from 'veilmatch/identifiers';
import { connect, receive } from 'veilmatch/transport';

const [address = '', folder = '.', list = ''] = process.argv.slice(2);
const pem = (/** @type {string} */ name) => readFileSync(join(folder, name), 'utf8');
const guests = readFileSync(list, 'utf8').trim().split('\n');

const channel = await connect(address, {
  tls: { ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') },
});
const started = performance.now();
const result = await receive(channel, IdentifierSet.ofStrings(guests));
const seconds = (performance.now() - started) / 1000;

const shared = result.matches?.map((row) => guests[row]);
console.log(JSON.stringify({ shared, peerSize: result.peerSize, bytesSent: channel.traffic.sent, seconds }));
