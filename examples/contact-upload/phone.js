// SPDX-License-Identifier: Apache-2.0
// The telephone's program: finds out which of its contacts are members, and shows the service none of them.
// Arguments: the address; a folder with ca.pem, client.pem and client.key; the contacts, a number in E.164 on each line; the
// folder with what is published, which may come from any mirror; the signer whom it is known by.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contactDiscovery, openPublishedSet } from 'veilmatch/contact';
import { IdentifierSet } from 'veilmatch/identifiers';
import { connect, runParty } from 'veilmatch/transport';

const [address = '', folder = '.', list = '', mirror = '.', signer = ''] = process.argv.slice(2);
const pem = (/** @type {string} */ name) => readFileSync(join(folder, name), 'utf8');
const contacts = readFileSync(list, 'utf8').trim().split('\n');

const files = readdirSync(mirror).filter((name) => name.startsWith('filter-'));
const published = {
  header: readFileSync(join(mirror, 'header')),
  filters: files.sort().map((name) => readFileSync(join(mirror, name))),
};
const pin = { signer: Buffer.from(signer, 'hex') };
const directory = await openPublishedSet(published, { setId: 'members', pin });

const channel = await connect(address, {
  tls: { ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') },
});
const set = IdentifierSet.ofStrings(contacts);
const { matches } = await runParty(channel, contactDiscovery, 'receiver', { set, directory });
const { sent, received } = channel.traffic;
console.log(
  JSON.stringify({
    members: matches.map((row) => contacts[row]),
    downloaded: published.filters.reduce((sum, { length }) => sum + length, published.header.length),
    exchanged: sent + received,
  }),
);
