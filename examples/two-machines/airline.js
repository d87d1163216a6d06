// SPDX-License-Identifier: Apache-2.0
// The airline's program: lets partners with a certificate find out which of their rows are in its list.
// Arguments: a folder with server.pem, server.key and ca.pem; the list, a number in E.164 on each line.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IdentifierSet } from 'veilmatch/identifiers';
import { admission, defaultPolicy, intersection, memoryLedger } from 'veilmatch/psi';
import { listen, send } from 'veilmatch/transport';

const [folder = '.', list = ''] = process.argv.slice(2);
const pem = (/** @type {string} */ name) => readFileSync(join(folder, name), 'utf8');
const set = IdentifierSet.ofStrings(readFileSync(list, 'utf8').trim().split('\n'));
// What a partner may ask. In production the ledger is a file: openFileLedger.
const ledger = memoryLedger();

const listener = await listen({
  tls: { cert: pem('server.pem'), key: pem('server.key') },
  // Known by its subject under this authority, whichever certificate it shows.
  partners: [{ name: 'hotel', certificates: [{ authority: pem('ca.pem'), subject: 'CN=hotel' }] }],
  mode: intersection.mode,
  onEvent: ({ type }) => type === 'turned-away' && console.log(JSON.stringify({ turnedAway: true })),
});
console.log(JSON.stringify({ port: listener.port }));

for await (const channel of listener) {
  const admit = admission({ peer: channel.peer.id, ledger, policy: defaultPolicy });
  const { peerSize } = await send(channel, set, { admit });
  console.log(JSON.stringify({ peerSize, bytesSent: channel.traffic.sent }));
  await listener.close();
}
