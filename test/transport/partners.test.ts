// SPDX-License-Identifier: Apache-2.0
/** Who a partner is, whatever it shows: tokens and certificates over real sockets and real TLS, and the file that says so. */

import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { admission, memoryLedger } from '../../src/psi/index.js';
import { CertificateBook } from '../../src/transport/door/certificates.js';
import { type ClientTls, connect } from '../../src/transport/door/connect.js';
import { type ListenEvent, type Listener, listen } from '../../src/transport/door/listen.js';
import type { Partner } from '../../src/transport/door/partners.js';
import { MAX_PARTNERS_BYTES, parsePartners, readPartners } from '../../src/transport/door/partners-file.js';
import { createToken, hashToken } from '../../src/transport/door/tokens.js';
import { temporary } from '../cli/harness.js';
import { expectCode } from '../suites/errors.js';
import { createAuthority, type Issued } from '../support/certificates.js';
import { times } from '../support/effort.js';

const authority = createAuthority('authority');
const acmeAuthority = createAuthority('acme authority');
const server = authority.issue('server', ['localhost']);
const open: Listener[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const keyOf = ({ cert }: Issued): Uint8Array =>
  new Uint8Array(
    createHash('sha256')
      .update(new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' }))
      .digest(),
  );

const hexOf = (certificate: Issued): string => Buffer.from(keyOf(certificate)).toString('hex');
/** Who was turned away. */
const told = (events: readonly ListenEvent[]): object[] =>
  events.flatMap(({ type, ...rest }) => (type === 'turned-away' ? [rest] : []));

/** Serves partners; `who` connects with a certificate, a token or both, and is told what the server calls it. */
async function door(partners: readonly Partner[], more: { clientCa?: string; clientCrl?: string } = {}) {
  const events: ListenEvent[] = [];
  const listener = await listen({
    partners,
    tls: { ...server, ...more },
    limits: { channelsPerPeer: 1 },
    onEvent: (event) => events.push(event),
  });
  open.push(listener);
  const accepted = listener[Symbol.asyncIterator]();
  return {
    port: listener.port,
    events,
    async who(shown: { token?: string; certificate?: ClientTls } = {}): Promise<string> {
      const channel = await connect(`wss://localhost:${listener.port}`, {
        token: shown.token,
        tls: { ca: authority.cert, ...shown.certificate },
      }).catch(({ code }) => code as string);
      if (typeof channel === 'string') return channel;
      const { value } = await accepted.next();
      await channel.close();
      await value!.close();
      return value!.peer.id;
    },
  };
}

describe('a partner', () => {
  it('is the same with an old and a new token: one budget, one id', async () => {
    const tokens = [createToken(), createToken()];
    const { who } = await door([
      { name: 'other', tokens: [hashToken(createToken())] },
      { name: 'acme', tokens: tokens.map(hashToken) },
    ]);
    for (const token of tokens) expect(await who({ token })).toBe('partner:acme');
    expect(await who({ token: createToken() })).toBe('denied');
    expect(await who()).toBe('denied');
  });

  it('is the same with a renewed certificate: of the same key, or of the same subject', async () => {
    const first = authority.issue('acme');
    const sameKey = authority.issue('acme, renamed', undefined, first.key);
    const sameSubject = authority.issue('acme');
    const key = [{ name: 'acme', certificates: [{ key: keyOf(first) }] }];
    const byKey = await door(key, { clientCa: authority.cert });
    expect(await byKey.who({ certificate: first })).toBe('partner:acme');
    expect(await byKey.who({ certificate: sameKey })).toBe('partner:acme');
    expect(await byKey.who({ certificate: sameSubject })).toBe('denied');

    const subject = { subject: 'CN=acme', authority: authority.cert };
    const bySubject = await door([{ name: 'acme', certificates: [subject] }]);
    expect(await bySubject.who({ certificate: first })).toBe('partner:acme');
    expect(await bySubject.who({ certificate: sameSubject })).toBe('partner:acme');
    expect(await bySubject.who({ certificate: sameKey })).toBe('denied');
  });

  it('with an authority of its own has as many certificates as it likes, and one budget', async () => {
    const { who } = await door([
      { name: 'acme', certificates: [{ authority: acmeAuthority.cert }] },
      { name: 'other', certificates: [{ authority: authority.cert, subject: 'CN=other' }] },
    ]);
    const ledger = memoryLedger();
    const policy = { budgets: [{ hours: 24, runs: 2 }] };
    for (let i = 0; i < 3; i++) {
      const peer = await who({ certificate: acmeAuthority.issue(`any ${i}`) });
      expect(peer).toBe('partner:acme');
      const asked = admission({ peer, ledger, policy })({ peerSize: 5, ownSize: 5, learns: 'intersection' });
      if (i < 2) await asked;
      else await expectCode('refused', () => asked);
    }
    // A name of its own choice makes it nobody else.
    expect(await who({ certificate: acmeAuthority.issue('other') })).toBe('partner:acme');
    expect(await who({ certificate: authority.issue('other') })).toBe('partner:other');
  });

  it('is found below an authority between, by the nearest that a partner names', async () => {
    const between = acmeAuthority.authority('acme department');
    const issued = between.issue('somebody');
    const shown = { cert: `${issued.cert}${between.cert}`, key: issued.key };
    const whole = { name: 'acme', certificates: [{ authority: acmeAuthority.cert }] };
    const department = { name: 'department', certificates: [{ authority: between.cert }] };
    const { who } = await door([whole]);
    expect(await who({ certificate: shown })).toBe('partner:acme');
    const nearer = await door([whole, department]);
    expect(await nearer.who({ certificate: shown })).toBe('partner:department');
    expect(await nearer.who({ certificate: acmeAuthority.issue('somebody') })).toBe('partner:acme');
  });

  it('is not somebody who calls an authority of their own like its', async () => {
    // The same name, another key; trusted for another partner.
    const namesake = createAuthority('acme authority');
    const { who } = await door([
      { name: 'acme', certificates: [{ authority: acmeAuthority.cert }] },
      { name: 'namesake', certificates: [{ authority: namesake.cert }] },
    ]);
    expect(await who({ certificate: namesake.issue('acme') })).toBe('partner:namesake');
    const between = namesake.authority('acme authority');
    const below = between.issue('acme');
    const certificate = { cert: `${below.cert}${between.cert}`, key: below.key };
    expect(await who({ certificate })).toBe('partner:namesake');
    expect(await who({ certificate: acmeAuthority.issue('acme') })).toBe('partner:acme');
  });

  it('is known by a signature, not by what a certificate says of its issuer', () => {
    const namesake = createAuthority('acme authority');
    const keyId = (pem: string): Buffer =>
      createHash('sha1')
        .update(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }))
        .digest();
    // Name and key identifier of acme's authority, which anybody can write.
    const honest = new X509Certificate(namesake.issue('acme').cert).raw;
    const at = honest.indexOf(keyId(namesake.cert));
    const forged = Buffer.from(honest);
    keyId(acmeAuthority.cert).copy(forged, at);
    const leaf = new X509Certificate(forged);
    expect(leaf.checkIssued(new X509Certificate(acmeAuthority.cert))).toBe(true);
    const book = new CertificateBook([{ name: 'acme', certificates: [{ authority: acmeAuthority.cert }] }]);
    expect(book.partnerOf([leaf])).toBeUndefined();
    const own = new X509Certificate(acmeAuthority.issue('acme').cert);
    expect(book.partnerOf([own])?.name).toBe('acme');
  });

  it('has a subject that its authority has given it itself, and not one below', async () => {
    const between = authority.authority('department');
    const issued = between.issue('acme');
    const certificate = { cert: `${issued.cert}${between.cert}`, key: issued.key };
    const acme = (pem: string): Partner[] => [
      { name: 'acme', certificates: [{ authority: pem, subject: 'CN=acme' }] },
    ];
    expect(await (await door(acme(authority.cert))).who({ certificate })).toBe('denied');
    const named = await door(acme(`${between.cert}${authority.cert}`));
    expect(await named.who({ certificate })).toBe('partner:acme');
  });

  it('has to be named: a certificate of a trusted authority alone lets nobody in', async () => {
    const token = createToken();
    const known = [{ name: 'acme', tokens: [hashToken(token)], certificates: [{ key: keyOf(server) }] }];
    const { who, events } = await door(known, { clientCa: authority.cert });
    const nobody = authority.issue('nobody');
    expect(await who({ certificate: nobody })).toBe('denied');
    // Not with somebody's token either: the two must agree.
    expect(await who({ certificate: nobody, token })).toBe('denied');
    expect(await who({ token })).toBe('partner:acme');
    expect(events.filter(({ type }) => type === 'turned-away')).toEqual(
      Array(2).fill({ type: 'turned-away', reason: 'unknown-certificate', certificate: hexOf(nobody) }),
    );
  });

  it('that is turned away is told no more than that, and its operator why', async () => {
    const token = createToken();
    const { who, events } = await door([
      { name: 'acme', tokens: [hashToken(token)], certificates: [{ authority: acmeAuthority.cert }] },
    ]);
    const expired = createAuthority('acme authority', { hours: -1 });
    const late = await door([{ name: 'acme', certificates: [{ authority: expired.cert }] }]);
    const stranger = createAuthority('stranger').issue('acme');
    const serving = acmeAuthority.issue('acme', ['localhost']);
    expect(await who()).toBe('denied');
    expect(await who({ token: createToken() })).toBe('denied');
    expect(await who({ certificate: stranger, token })).toBe('denied');
    expect(await who({ certificate: serving })).toBe('denied');
    expect(told(events)).toEqual([
      { reason: 'no-credentials' },
      { reason: 'unknown-token' },
      { reason: 'unknown-authority', certificate: hexOf(stranger) },
      { reason: 'bad-certificate', certificate: hexOf(serving) },
    ]);
    const old = expired.issue('acme');
    expect(await late.who({ certificate: old })).toBe('denied');
    expect(told(late.events)).toEqual([{ reason: 'expired', certificate: hexOf(old) }]);
  });

  it('shows a token and a certificate of the same partner, or of none', async () => {
    const [token, other] = [createToken(), createToken()];
    const { who, events } = await door([
      { name: 'acme', tokens: [hashToken(token)], certificates: [{ authority: acmeAuthority.cert }] },
      { name: 'other', tokens: [hashToken(other)] },
    ]);
    const certificate = acmeAuthority.issue('acme');
    expect(await who({ certificate, token })).toBe('partner:acme');
    expect(await who({ certificate, token: other })).toBe('denied');
    expect(await who({ certificate, token: createToken() })).toBe('denied');
    expect(told(events)).toEqual([
      { reason: 'two-partners', certificate: hexOf(certificate) },
      { reason: 'unknown-token', certificate: hexOf(certificate) },
    ]);
  });

  it('is not let in by a certificate that was revoked, or where a list is missing', async () => {
    const [good, revoked] = [authority.issue('acme'), authority.issue('acme')];
    const partners = [
      {
        name: 'acme',
        certificates: [{ authority: authority.cert, subject: 'CN=acme' }, { authority: acmeAuthority.cert }],
      },
    ];
    const { who, events } = await door(partners, { clientCrl: authority.revoke(revoked.cert) });
    expect(await who({ certificate: good })).toBe('partner:acme');
    expect(await who({ certificate: revoked })).toBe('denied');
    expect(await who({ certificate: acmeAuthority.issue('acme') })).toBe('denied');
    expect(told(events)).toEqual([
      { reason: 'revoked', certificate: hexOf(revoked) },
      { reason: 'revocation-list', certificate: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    const without = await door(partners);
    expect(await without.who({ certificate: revoked })).toBe('partner:acme');
    const both = await door(partners, { clientCrl: authority.revoke(revoked.cert) + acmeAuthority.revoke() });
    expect(await both.who({ certificate: acmeAuthority.issue('acme') })).toBe('partner:acme');
  });

  it('has places of its own, whatever it shows', async () => {
    const tokens = [createToken(), createToken()];
    const partners = [{ name: 'acme', tokens: tokens.map(hashToken) }];
    const listener = await listen({ partners, limits: { channelsPerPeer: 1, channels: 4 } });
    open.push(listener);
    const url = `ws://127.0.0.1:${listener.port}`;
    const first = await connect(url, { token: tokens[0] });
    await expectCode('denied', () => connect(url, { token: tokens[1] }));
    await first.close();
  });

  it('has its certificate looked at each time: no session is resumed', async () => {
    const { port } = await door([{ name: 'acme', certificates: [{ authority: acmeAuthority.cert }] }]);
    const { cert, key } = acmeAuthority.issue('acme');
    const shake = (session?: Buffer): Promise<{ session: Buffer | undefined; reused: boolean }> =>
      new Promise((resolve, reject) => {
        const socket = tlsConnect({ port, host: 'localhost', ca: authority.cert, cert, key, session });
        socket.on('error', reject);
        let latest: Buffer | undefined;
        socket.on('session', (given) => {
          latest = given;
        });
        // An answer of HTTP comes after the tickets of the handshake.
        socket.once('data', () => {
          resolve({ session: latest, reused: socket.isSessionReused() });
          socket.destroy();
        });
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      });
    const { session } = await shake();
    expect((await shake(session)).reused).toBe(false);
  });
});

describe('a list of partners', () => {
  const hash = hashToken(createToken());
  it.each<[string, readonly Partner[], object?]>([
    ['is empty', []],
    ['has nobody who could show anything', [{ name: 'acme' }]],
    ['has a name with a space', [{ name: 'a b', tokens: [hash] }]],
    [
      'has a name twice',
      [
        { name: 'a', tokens: [hash] },
        { name: 'a', tokens: [hashToken(createToken())] },
      ],
    ],
    [
      'has a token twice',
      [
        { name: 'a', tokens: [hash] },
        { name: 'b', tokens: [hash] },
      ],
    ],
    ['has half a hash', [{ name: 'a', tokens: [hash.subarray(16)] }]],
    [
      'has a key twice',
      [{ name: 'a', certificates: [{ key: hash }, { key: hash }] }],
      { clientCa: authority.cert },
    ],
    ['has an authority that is none', [{ name: 'a', certificates: [{ authority: 'no PEM' }] }]],
    [
      'has keys, and no authority that says which certificates are good',
      [{ name: 'a', certificates: [{ key: hash }] }],
    ],
    [
      'has one authority for two partners as a whole',
      [
        { name: 'a', certificates: [{ authority: authority.cert }] },
        { name: 'b', certificates: [{ authority: `${acmeAuthority.cert}\n${authority.cert}` }] },
      ],
    ],
    ['has a policy that is none', [{ name: 'a', tokens: [hash], policy: { budgets: [{ hours: 0 }] } }]],
  ])('is refused where it %s', async (_, partners, tls = {}) => {
    await expectCode('argument', () => listen({ partners, tls: { ...server, ...tls } }));
  });

  it('of certificates needs TLS', async () => {
    const partners = [{ name: 'a', certificates: [{ authority: authority.cert }] }];
    await expectCode('argument', () => listen({ partners }));
  });
});

describe('the file of partners', () => {
  const HASH = `sha256:${'0'.repeat(64)}`;
  const parse = (value: unknown) =>
    parsePartners(typeof value === 'string' ? value : JSON.stringify(value), {
      source: 'p.json',
      authority: async (path) => (path === 'ca.pem' ? authority.cert : 'nothing'),
    });

  it('says all that a partner is', async () => {
    const policy = { largestSet: 5, budgets: [{ hours: 24, runs: 1, work: 9 }] };
    const { partners, all } = await parse({
      $schema: 'partners.schema.json',
      partners: [
        {
          name: 'acme',
          tokens: [HASH],
          certificates: [
            { key: HASH },
            { subject: 'CN=acme,O=Acme', authority: 'ca.pem' },
            { authority: 'ca.pem' },
          ],
          policy,
          offers: [{ name: 'sales', policy, reveal: 'sum', pad: 500, people: true, column: ['a=phone'] }],
        },
        { name: 'other' },
      ],
      all: { budgets: [{ hours: 24, elements: 10 }] },
    });
    expect(partners).toEqual([
      {
        name: 'acme',
        tokens: [new Uint8Array(32)],
        certificates: [
          { key: new Uint8Array(32) },
          { subject: 'CN=acme,O=Acme', authority: authority.cert },
          { authority: authority.cert },
        ],
        policy,
        offers: [
          {
            ...{ name: 'sales', policy },
            settings: { reveal: 'sum', pad: 500, people: true, column: ['a=phone'] },
          },
        ],
      },
      { name: 'other', tokens: [], certificates: [] },
    ]);
    expect(all).toEqual({ budgets: [{ hours: 24, elements: 10 }] });
  });

  const acme = (more: object) => ({ partners: [{ name: 'acme' }, { name: 'x', ...more }] });
  it.each<[string, unknown]>([
    ['p.json: is not JSON: line 2 does not fit.', '{"partners": [],\n5}'],
    ['p.json: must be an object.', []],
    [
      'p.json: may have partners, all, $schema, and nothing else. "partner" is none of them.',
      { partner: [] },
    ],
    ['p.json: may have partners, all, $schema, and nothing else.', { '+14155550123': [] }],
    ['p.json: partners is missing: a list is needed.', {}],
    ['p.json: partners must be a list.', { partners: {} }],
    ['p.json: partners[1] must be an object.', { partners: [{ name: 'a' }, 5] }],
    ['p.json: partners[0].name is missing.', { partners: [{}] }],
    ['p.json: partners[0].name must be a text.', { partners: [{ name: 5 }] }],
    ['p.json: partners[0].name must have 1 to 64 letters', { partners: [{ name: '+1 415 5550123' }] }],
    ['p.json: partners[1].name is the same as partners[0].name.', acme({ name: 'acme' })],
    ['p.json: partners[1] may have name, tokens, certificates, policy, offers, and', acme({ token: [] })],
    ['p.json: partners[1].tokens must be a list.', acme({ tokens: HASH })],
    ['p.json: partners[1].tokens[0] must be "sha256:"', acme({ tokens: [HASH.toUpperCase()] })],
    ['p.json: partners[1].tokens[0] is a token itself', acme({ tokens: [`vmt_${'q'.repeat(43)}`] })],
    ['p.json: partners[1].tokens[1] is the same as partners[1].tokens[0].', acme({ tokens: [HASH, HASH] })],
    ['p.json: partners[1].certificates[0] needs a key', acme({ certificates: [{}] })],
    ['p.json: partners[1].certificates[0] needs a key', acme({ certificates: [{ subject: 'CN=a' }] })],
    [
      'p.json: partners[1].certificates[0] has a key',
      acme({ certificates: [{ key: HASH, subject: 'CN=a' }] }),
    ],
    ['p.json: partners[1].certificates[0].key must be', acme({ certificates: [{ key: 'sha256:0' }] })],
    [
      'p.json: partners[1].certificates[0].authority names a file',
      acme({ certificates: [{ authority: 'x' }] }),
    ],
    [
      'p.json: partners[1].certificates[0].subject must be a name',
      acme({ certificates: [{ authority: 'ca.pem', subject: 'acme' }] }),
    ],
    [
      'p.json: partners[1].certificates[1] is the same as partners[1].certificates[0].',
      acme({ certificates: [{ authority: 'ca.pem' }, { authority: 'ca.pem' }] }),
    ],
    ['p.json: partners[1].policy is no policy: ', acme({ policy: { budgets: [{ hours: 0 }] } })],
    ['p.json: partners[1].offers must be a list.', acme({ offers: {} })],
    ['p.json: partners[1].offers[0] must be an object.', acme({ offers: ['sales'] })],
    ['p.json: partners[1].offers[0].name is missing.', acme({ offers: [{}] })],
    ['p.json: partners[1].offers[0].name must have 1 to 64', acme({ offers: [{ name: 'a/b' }] })],
    [
      'p.json: partners[1].offers[1].name is the same as partners[1].offers[0].name.',
      acme({ offers: [{ name: 'a' }, { name: 'a' }] }),
    ],
    ['p.json: partners[1].offers[0] has a name in it', acme({ offers: [{ name: 'a', '+14155550123': 1 }] })],
    ['p.json: partners[1].offers[0].list must be a text, a', acme({ offers: [{ name: 'a', list: {} }] })],
    ['p.json: partners[1].offers[0].column[1] must be', acme({ offers: [{ name: 'a', column: ['a', 5] }] })],
    ['p.json: partners[1].offers[0].policy is no policy: ', acme({ offers: [{ name: 'a', policy: {} }] })],
    ['p.json: all may have budgets', { partners: [], all: { largestSet: 5 } }],
    ['p.json: all.budgets is wrong: budgets[0] may have ', { partners: [], all: { budgets: [{ hour: 5 }] } }],
  ])('is refused: %s', async (message, value) => {
    const error = await expectCode('bad-file', () => parse(value));
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/qqq|4155/);
  });

  it('keeps to the schema that is published, and what breaks the schema is refused', async () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../docs/partners.schema.json', import.meta.url), 'utf8'),
    );
    const keeps = new Ajv2020({ allErrors: true }).compile(schema);
    const names = Object.keys(schema.$defs.partner.properties);
    // As errors list what there may be.
    const unknown = await expectCode('bad-file', () => parse({ partners: [{ unknown: 1 }] }));
    expect(unknown.message).toContain(`may have ${names.join(', ')}, and nothing else`);
    const part = fc.oneof(
      fc.constantFrom(HASH, 'sha256:0', 'acme', 'a b', 'CN=acme', 'ca.pem', 5, -1, 0.5, null),
      fc.record(
        { key: fc.constant(HASH), authority: fc.constant('ca.pem'), subject: fc.constant('CN=acme') },
        { requiredKeys: [] },
      ),
      fc.record({
        budgets: fc.array(fc.record({ hours: fc.integer(), runs: fc.integer() }, { requiredKeys: [] })),
      }),
    );
    const partner = fc.record(
      {
        name: fc.oneof(fc.constant('acme'), part),
        tokens: fc.oneof(fc.array(part, { maxLength: 1 }), part),
        certificates: fc.oneof(fc.array(part, { maxLength: 1 }), part),
        policy: part,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(partner, async (entry) => {
        const file = { partners: [entry] };
        const taken = await parse(file).then(
          () => true,
          () => false,
        );
        expect(keeps(file), JSON.stringify(file)).toBe(taken);
      }),
      { numRuns: times(2_000) },
    );
  });

  it('is refused in a typed error, whatever stands in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 5 }), fc.jsonValue(), async (text, value) => {
        for (const content of [text, JSON.stringify({ partners: [value] }), text.slice(1)]) {
          await parse(content).catch((error) => expect(error).toMatchObject({ code: 'bad-file' }));
        }
      }),
    );
  });

  it('is read with its authorities beside it, up to a size', async () => {
    const path = temporary('partners.json');
    const entry = { name: 'acme', certificates: [{ authority: 'ca/acme.pem' }] };
    writeFileSync(path, JSON.stringify({ partners: [entry] }));
    const missing = await expectCode('io', () => readPartners(path));
    expect(missing.message).toContain(join(dirname(path), 'ca'));
    entry.certificates[0]!.authority = 'acme.pem';
    writeFileSync(join(dirname(path), 'acme.pem'), acmeAuthority.cert);
    writeFileSync(path, JSON.stringify({ partners: [entry] }));
    const { partners } = await readPartners(path);
    expect(partners[0]?.certificates).toEqual([{ authority: acmeAuthority.cert }]);
    writeFileSync(path, ' '.repeat(MAX_PARTNERS_BYTES + 1));
    expect((await expectCode('bad-file', () => readPartners(path))).message).toContain('longer than');
  });
});
