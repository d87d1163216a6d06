// SPDX-License-Identifier: Apache-2.0
// The service's program: publishes a filter of its members under a key of its own, and answers accounts with a certificate.
// Arguments: a folder with server.pem, server.key and ca.pem; the members, a number in E.164 on each line; a folder for what is
// published, which any web server may hand out; how many questions an account has a day.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contactDiscovery, generateContactKeys, publishSet } from 'veilmatch/contact';
import { IdentifierSet } from 'veilmatch/identifiers';
import { admission, memoryLedger } from 'veilmatch/psi';
import { listen, runParty, signingPublicKey } from 'veilmatch/transport';

const [folder = '.', list = '', publicFolder = '.', questions = '5000'] = process.argv.slice(2);
const pem = (/** @type {string} */ name) => readFileSync(join(folder, name), 'utf8');
const members = IdentifierSet.ofStrings(readFileSync(list, 'utf8').trim().split('\n'));

const name = { setId: 'members', epoch: 1 };
// In production both are kept: sealed, in files.
const keys = await generateContactKeys();
const { header, filters } = await publishSet(members, { ...name, keys, falsePositiveRate: 2 ** -30 });
writeFileSync(join(publicFolder, 'header'), header);
for (const [i, filter] of filters.entries()) writeFileSync(join(publicFolder, `filter-${i}`), filter);

const ledger = memoryLedger();
const policy = { budgets: [{ hours: 24, elements: Number(questions) }] };
const listener = await listen({
  tls: { cert: pem('server.pem'), key: pem('server.key') },
  partners: [{ name: 'phone', certificates: [{ authority: pem('ca.pem'), subject: 'CN=phone' }] }],
  onEvent: ({ type }) => type === 'turned-away' && console.log(JSON.stringify({ turnedAway: true })),
});
// The signer is what the app comes with: by it the published set is known to be this service's.
const signer = Buffer.from(signingPublicKey(keys.signingKey)).toString('hex');
console.log(JSON.stringify({ port: listener.port, signer }));

const served = [{ ...name, secretKey: keys.secretKey, size: members.size }];
for await (const channel of listener) {
  const admit = admission({ peer: channel.peer.id, ledger, policy });
  try {
    const { peerSize } = await runParty(channel, contactDiscovery, 'sender', { served }, { admit });
    console.log(JSON.stringify({ asked: peerSize }));
  } catch (error) {
    console.log(JSON.stringify({ failed: error instanceof Error && 'code' in error ? error.code : '' }));
  }
}
