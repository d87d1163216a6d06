// SPDX-License-Identifier: Apache-2.0
/** Whatever a public function is called with: what it throws is a `VeilmatchError` with a code. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as attack from '../src/attack/index.js';
import * as compare from '../src/compare/index.js';
import * as contact from '../src/contact/index.js';
import * as errors from '../src/errors.js';
import * as group from '../src/group/index.js';
import * as hashing from '../src/hashing/index.js';
import * as identifiers from '../src/identifiers/index.js';
import * as main from '../src/index.js';
import * as tables from '../src/lists/tables.js';
import * as oprf from '../src/oprf/index.js';
import * as psi from '../src/psi/index.js';
import { limitsOf } from '../src/transport/channel/channel.js';
import * as transport from '../src/transport/index.js';

const MODULES = {
  attack,
  compare,
  contact,
  errors,
  group,
  hashing,
  identifiers,
  main,
  oprf,
  psi,
  tables,
  transport,
};

/** Where paths of no meaning lead. */
const folder = mkdtempSync(join(tmpdir(), 'veilmatch-arguments-'));
const nowhere = join(folder, 'none', 'x');
const HOSTILE: readonly unknown[] = [
  null,
  undefined,
  0,
  -1,
  '',
  nowhere,
  {},
  [],
  [null],
  Number.NaN,
  Symbol('s'),
  () => {},
  true,
];
const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

/** Not functions for callers, or no fault of theirs. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  VeilmatchError: 'is the error itself: there is none to throw before there is one',
  IdentifierSet: 'is made by its static methods; its constructor is internal',
  PsiMachine: 'is made by the parties of a protocol; its constructor is internal',
  birthDates:
    'takes seconds for the dates of a century, which it is asked for without arguments; those are tested beside it',
  broadcastChannel: 'waits for a peer when its name is any string; what is no string is tested below',
};

type Call = (...args: readonly unknown[]) => unknown;

/** Exported functions and classes by name, and functions that they and the objects beside them hold. */
function callables(): [name: string, call: Call][] {
  const found = new Map<unknown, [string, Call]>();
  const add = (name: string, value: unknown, self?: unknown): void => {
    if (typeof value !== 'function' || found.has(value)) return;
    const make = value as new (...args: readonly unknown[]) => unknown;
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    found.set(value, [name, isClass ? (...args) => new make(...args) : (...args) => value.apply(self, args)]);
    if (!isClass) return;
    for (const own of Object.getOwnPropertyNames(value)) {
      const member = Reflect.get(value, own);
      if (!['length', 'name', 'prototype'].includes(own)) add(`${name}.${own}`, member, value);
    }
  };
  for (const module of Object.values(MODULES)) {
    for (const [name, value] of Object.entries(module)) add(name, value);
  }
  for (const [name, profile] of Object.entries(identifiers.profiles)) {
    add(`profiles.${name}.email`, profile.email, profile);
    add(`profiles.${name}.phone`, profile.phone, profile);
  }
  return [...found.values()].filter(([name]) => EXCEPTIONS[name] === undefined);
}

/** What a call came to: undefined for a result, or for one that it waits for still. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    const result = call();
    if (typeof result === 'object' && result !== null && 'next' in result) {
      await (result as AsyncGenerator).next();
      await (result as AsyncGenerator).return(undefined);
    }
    // What a run found may come later.
    for (const name of ['summary', 'then']) {
      const promise = name === 'then' ? result : (result as Record<string, unknown> | undefined)?.[name];
      if (promise instanceof Promise) await Promise.race([promise, pause(200)]);
    }
    await dispose(await (result instanceof Promise ? Promise.race([result, pause(200)]) : result));
    return undefined;
  } catch (error) {
    return error;
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resume) => setTimeout(resume, milliseconds));

/** What was opened is closed: workers, servers, locks. */
async function dispose(result: unknown): Promise<void> {
  if (typeof result !== 'object' || result === null) return;
  for (const name of ['dispose', 'close']) {
    const end: unknown = Reflect.get(result, name);
    if (typeof end === 'function') await end.call(result);
  }
}

let backend: group.GroupBackend;
/** Arguments that are right, by the function that they are for. */
let right: Readonly<Record<string, readonly unknown[]>>;

beforeAll(async () => {
  backend = await group.createBackend({ backend: 'noble', concurrency: 1 });
  const options = { backend };
  const set = identifiers.IdentifierSet.ofStrings(['ada', 'grace']);
  const key = new Uint8Array(32).fill(1);
  const keys = await contact.generateContactKeys({ backend });
  const publish = { backend, keys, setId: 's', epoch: 1 };
  const published = await contact.publishSet(set, publish);
  const pin = { pin: { digest: contact.headerDigest(published.header) }, setId: 's' };
  const handOut = async (url: string): Promise<Response> =>
    new Response((url.endsWith('header') ? published.header : published.filters[0]!).slice());
  const suite = oprf.ristretto255Sha512(backend);
  const pair = await oprf.generateKeyPair(suite);
  const context = oprf.createContext(suite, 'voprf');
  const statement = {
    B: pair.publicKey,
    C: pair.publicKey,
    D: await backend.multiply(pair.publicKey, pair.secretKey),
  };
  const proof = await oprf.generateProof(context, pair.secretKey, statement);
  const channels = transport.memoryChannels();
  const identity = { runId: '0123456789abcdef', peer: 'acme', terms: {} };
  const unlock = { key };
  const plan = attack.NumberList.from(['+14155550123']);
  const hashed = ['0'.repeat(64)];
  const rows = [{ email: 'ada@example.com' }];
  const policy = { budgets: [{ hours: 24, runs: 1 }] };
  right = {
    normalizePhone: ['+14155550123', {}],
    normalizeEmail: ['ada@example.com'],
    canonicalBytes: [{ kind: 'email', text: 'ada@example.com' }],
    hashRows: [rows, { profile: 'meta' }],
    uploadRows: [rows, { profile: 'meta' }],
    identifiersFromRows: [rows, { concurrency: 1 }],
    'IdentifierSet.ofStrings': [['a']],
    'ByteList.from': [[key]],
    'NumberList.from': [['+14155550123']],
    'profiles.meta.email': ['ada@example.com', {}],
    'profiles.meta.phone': ['+14155550123', {}],
    'profiles.x.email': ['ada@example.com', { key }],
    campaignKey: [key, 'spring'],
    joinTokens: [hashed, hashed],
    keyed: [{ key }],
    reversiblePlain: [{}],
    reversibleSalted: [{ salt: key }],
    reversibleSlow: [{ salt: key }],
    createBackend: [{ backend: 'noble', concurrency: 1 }],
    randomScalar: [group.secureRandom],
    secureRandom: [32],
    readTable: ['phone', {}],
    readCards: ['BEGIN:VCARD\nFN:Ada\nEND:VCARD\n'],
    suggestColumns: [tables.readTable('phone'), {}],
    tableRows: [tables.readTable('phone'), { header: undefined, phone: [0], email: [], country: undefined }],
    createContext: [suite, 'oprf'],
    createContextString: ['oprf', 'ristretto255-SHA512'],
    deriveKeyPair: [suite, 'oprf', key, new Uint8Array()],
    generateKeyPair: [suite, group.secureRandom],
    generateProof: [context, pair.secretKey, statement, {}],
    verifyProof: [context, statement, proof, {}],
    OPRFClient: [suite],
    OPRFServer: [suite, pair.secretKey],
    VOPRFClient: [suite, pair.publicKey, {}],
    VOPRFServer: [suite, pair.secretKey],
    POPRFClient: [suite, pair.publicKey],
    POPRFServer: [suite, pair.secretKey],
    publicKeyOf: [suite, pair.secretKey],
    p256Sha256: [],
    ristretto255Sha512: [backend],
    intersect: [set, set, options],
    createJoinIds: [set, set, options],
    Logarithms: [backend],
    countPeople: [set, set, options],
    matchPeople: [set, set, options],
    peopleMatched: [set, [0]],
    padSet: [set, 3, group.secureRandom],
    intersectionSum: [set, set, [1, 2], options],
    discoverContacts: [set, set, options],
    fetchPublishedSet: ['https://files.example/', { pin: pin.pin, fetch: handOut }],
    publishedFiles: [published, pin.pin],
    headerDigest: [published.header],
    addSegment: [published, set, publish],
    generateContactKeys: [options],
    openHeader: [published.header, pin.pin],
    openPublishedSet: [published, pin],
    publishSet: [set, publish],
    signingPublicKey: [key],
    sealKey: [key, unlock, {}],
    openKey: [await transport.sealKey(key, unlock), unlock],
    buildFilter: [new Uint8Array(20), {}],
    parseFilter: [contact.buildFilter(new Uint8Array(20)).toBytes()],
    admission: [{ peer: 'acme', ledger: psi.memoryLedger() }],
    daysToEnumerate: [policy, 10, 10],
    checkPolicy: [policy],
    checkBudgets: [[{ hours: 24, runs: 1 }]],
    workLimit: [{ hours: 24, elements: 1 }, 10],
    limitsThatBind: [policy, 'padding'],
    memoryLedger: [],
    leaveOut: [set, {}],
    partnerId: ['acme'],
    policyOf: [[{ name: 'acme' }], 'acme'],
    parsePartners: ['{"partners": []}', { authority: async () => '' }],
    readPartners: [nowhere],
    fmaSupport: [],
    ByteList: [new Uint8Array(1), new Uint32Array(2)],
    connect: ['wss://localhost:1', { signal: AbortSignal.abort() }],
    listen: [{}],
    memoryChannels: [{}],
    memoryJournal: [identity],
    createJournal: [nowhere, identity, unlock],
    openJournal: [nowhere, unlock],
    readJournalHead: [nowhere, unlock],
    openFileLedger: [nowhere],
    openSqliteLedger: [nowhere],
    openPostgresLedger: [{ host: '127.0.0.1', port: 1 }],
    folderChannel: [{ incoming: nowhere, outgoing: nowhere }],
    partyTerms: [psi.intersection, 'receiver', { set }, {}],
    runBoth: [psi.intersection, { receiver: { set }, sender: { set } }, options],
    runParty: [channels[0], psi.intersection, 'receiver', { set }, options],
    runPartyAt: ['ws://127.0.0.1:1', psi.intersection, 'receiver', { set }, options],
    recallParty: [psi.intersection, 'receiver', { set }, { journal: transport.memoryJournal(identity) }],
    matching: [compare.registry[0]],
    readKeyFile: [nowhere, unlock],
    writeKeyFile: [nowhere, key, unlock, {}],
    openRunStore: [join(folder, 'runs'), unlock, { terms: {} }],
    isRunStore: [nowhere],
    send: [channels[0], set, options],
    receive: [channels[1], set, options],
    createToken: [],
    hashToken: [transport.createToken()],
    isFinal: [new Error('x')],
    runStep: [
      { writes: nowhere },
      psi.intersection,
      'receiver',
      { set },
      { ...options, signingKey: key, peer: key, journal: transport.memoryJournal(identity) },
    ],
    costOf: [{ space: 10, rate: 10 }],
    scaledRate: [attack.PUBLISHED_RATES.scrypt, hashing.SCRYPT],
    postalCodes: ['US'],
    emailDictionary: [{ limit: 10 }],
    EmailDictionary: [attack.emailDictionary({ limit: 10 }).spec],
    emailRules: ['[domain]\na.example'],
    wordList: ['a'],
    numberingPlan: ['US', { areaCodes: ['415555'] }],
    rangePlan: ['US', [{ prefix: '41555501', digits: 10 }], {}],
    NumberingPlan: [attack.numberingPlan('US', { areaCodes: ['415555'] }).spec],
    NumberList: [plan.numbers],
    reverse: [hashed, { hash: 'plain', algorithm: 'sha256', plan, workers: 0 }],
    attackTranscript: [
      {
        observation: {
          kind: 'tokens',
          scheme: { hash: 'plain', algorithm: 'sha256' },
          format: 'e164',
          digests: new Uint8Array(32),
        },
      },
      {},
      plan,
      options,
    ],
    compare: [set, set, { protocols: [], backend }],
  };
});
afterAll(async () => {
  await backend.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Options and plain data alone: of sets and machines copies would be none. */
function membersOf(argument: unknown): string[] {
  const isPlain =
    typeof argument === 'object' && argument !== null && Object.getPrototypeOf(argument) === Object.prototype;
  return isPlain ? Object.keys(argument) : [];
}

async function faults(name: string, calls: readonly (readonly unknown[])[], call: Call): Promise<string[]> {
  const wrong: string[] = [];
  for (const args of calls) {
    const error = await outcome(() => call(...args));
    if (error === undefined) continue;
    if (error instanceof errors.VeilmatchError && typeof error.code === 'string') continue;
    wrong.push(`${name}(${args.map(shown).join(', ')}) threw ${String(error)}`);
  }
  return wrong;
}

describe('a public function', () => {
  it.each(callables())(
    '%s throws nothing but a errors.VeilmatchError when all its arguments are wrong',
    async (name, call) => {
      const calls = HOSTILE.flatMap((value) => [1, 2, 3, 4].map((count) => Array(count).fill(value)));
      expect(await faults(name, [[], ...calls], call)).toEqual([]);
    },
  );

  it.each(callables())(
    '%s throws nothing but a errors.VeilmatchError when one argument is wrong, or the last are missing',
    async (name, call) => {
      const own = right[name] ?? [];
      const calls = own.flatMap((_, place) => [
        own.slice(0, place),
        ...HOSTILE.map((value) => own.map((argument, i) => (i === place ? value : argument))),
      ]);
      expect(await faults(name, calls, call)).toEqual([]);
    },
  );

  it.each(callables())(
    '%s throws nothing but a errors.VeilmatchError when one member of an argument is wrong',
    async (name, call) => {
      const own = right[name] ?? [];
      const calls = own.flatMap((argument, place) =>
        membersOf(argument).flatMap((member) =>
          HOSTILE.map((value) =>
            own.map((other, i) => (i === place ? { ...(other as object), [member]: value } : other)),
          ),
        ),
      );
      expect(await faults(name, calls, call)).toEqual([]);
    },
  );

  it('that waits for a peer under any name is told what is no name', async () => {
    const calls = HOSTILE.filter((value) => typeof value !== 'string').map((value) => [value, {}]);
    for (const args of calls) {
      const error = await outcome(() => Reflect.apply(transport.broadcastChannel, undefined, args));
      expect(error).toMatchObject({ name: 'VeilmatchError', code: 'argument' });
    }
  });

  it('of which arguments are expected is in the table of those that are right', () => {
    const missing = callables()
      .map(([name]) => name)
      .filter((name) => right[name] === undefined && !/^profiles\./.test(name));
    expect(missing).toEqual([]);
  });
});

describe('an option that is none is told of, and nothing is opened', () => {
  const tokens = [new Uint8Array(32)];
  const listening = (options: object): unknown =>
    transport.listen({ partners: [{ name: 'acme', tokens }], ...options } as never);
  const connecting = (options: object): unknown =>
    transport.connect('ws://127.0.0.1:9', { signal: AbortSignal.abort(), ...options } as never);
  const admitting = (options: object): unknown =>
    psi.admission({ peer: 'acme', ledger: psi.memoryLedger(), ...options } as never);
  const comparing = (options: object): unknown => {
    const set = identifiers.IdentifierSet.ofStrings(['ada']);
    const plan = attack.rangePlan('US', [{ prefix: '4155550', digits: 10 }]);
    return compare.compare(set, set, { protocols: [], plan, ...options } as never);
  };
  const key = new Uint8Array(32);
  const waiting = { idleSeconds: Number.NaN };
  const strings = identifiers.IdentifierSet.ofStrings(['ada']);
  const publishing = { setId: 'members', epoch: 1, keys: { secretKey: key, signingKey: key } };
  const publishedSet = { header: new Uint8Array(), filters: [] };
  const asked = { peerSize: 5000, ownSize: 5000, learns: 'cardinality' };

  it.each<[string, (options: object) => unknown, readonly object[]]>([
    [
      'listen',
      listening,
      [
        { partners: 5 },
        { partners: [null] },
        { partners: [{ name: 5, tokens }] },
        { partners: [{ name: 'acme', tokens: [5] }] },
        { partners: [{ name: 'acme', tokens, certificates: [null] }] },
        { host: 5 },
        { port: 'x' },
        { port: -1 },
        { tls: {} },
        { tls: 5 },
        { origins: [5] },
        { role: 'client' },
        { mode: 'intersection' },
        { mode: 256 },
        { runs: {} },
        { signal: {} },
        { onEvent: 5 },
        { limits: null },
        { limits: waiting },
        { limits: { channels: '16' } },
        { limits: { chanels: 16 } },
        { limits: { pending: -1 } },
      ],
    ],
    [
      'connect',
      connecting,
      [{ token: Symbol('s') }, { connectSeconds: 10n }, { resume: 5 }, { tls: 5 }, { limits: waiting }],
    ],
    [
      'publishSet',
      (options) => contact.publishSet(strings, { ...publishing, ...options } as never),
      [{ onProgress: Symbol('told') }, { onProgress: 5 }, { signal: 5 }, { keys: 5 }],
    ],
    [
      'addSegment',
      (options) => contact.addSegment(publishedSet as never, strings, { ...publishing, ...options } as never),
      [{ onProgress: Symbol('told') }, { onProgress: {} }, { signal: Symbol('stop') }],
    ],
    [
      'what admission gives',
      async (run) =>
        psi.admission({ peer: 'acme', ledger: psi.memoryLedger() })({ ...asked, ...run } as never),
      [
        { peerSize: Symbol('many') },
        { peerSize: '5000' },
        { peerSize: -1 },
        { ownSize: 5000n },
        { ownSize: undefined },
        { peerPeople: Symbol('many') },
        { learns: Symbol('all') },
        { terms: 5 },
        { terms: { charge: () => ({}) } },
        { terms: { policy: { budgets: [] } } },
      ],
    ],
    [
      'the charge of terms',
      (sizes) =>
        // What one of them takes is a failure.
        Promise.any(
          [...compare.registry, contact.contactDiscovery].map(async ({ terms }) =>
            terms.charge({ ...asked, ...sizes } as never),
          ),
        ).catch(({ errors: all }: AggregateError) => {
          throw all.find((error) => !(error instanceof errors.VeilmatchError)) ?? all[0];
        }),
      [{ peerSize: Symbol('many') }, { ownSize: 5n }, { ownSize: 1.5 }],
    ],
    [
      'limitsThatBind',
      (bound) => psi.limitsThatBind({ budgets: [] }, bound as never),
      [Symbol('all') as never, {}],
    ],
    ['admission', admitting, [{ peer: null }, { run: 5 }, { now: 5 }, { onRefusal: 5 }]],
    [
      'compare',
      comparing,
      [{ plan: undefined }, { plan: {} }, { runSeconds: 'x' }, { attackSeconds: [] }, { onStep: 5 }],
    ],
    ['memoryChannels', transport.memoryChannels, [waiting, { idle: 5 }]],
    ['sealKey', (scrypt) => transport.sealKey(key, { passphrase: 'x' }, { scrypt: scrypt as never }), [{}]],
  ])('%s', async (_, call, wrong) => {
    for (const options of wrong) {
      const error = await outcome(() => call(options));
      expect(error, Object.keys(options).join()).toMatchObject({ name: 'VeilmatchError', code: 'argument' });
    }
  });

  it('a text in place of a list of origins or names lets nobody in who has a part of it', async () => {
    for (const options of [{ origins: 'https://example.com' }, { hosts: 'server.example' }]) {
      expect(await outcome(() => listening(options))).toMatchObject({ code: 'argument' });
    }
  });

  it('a limit that is left undefined is the usual one', () => {
    expect(
      limitsOf({ idleSeconds: 60, channels: 2 }, { idleSeconds: undefined, channels: 3 } as never),
    ).toEqual({
      idleSeconds: 60,
      channels: 3,
    });
  });
});

describe('what is said of an argument', () => {
  const options = (): { backend: group.GroupBackend } => ({ backend });
  it.each<[string, RegExp, () => unknown]>([
    ['null', /must be a string, not null\.$/, () => identifiers.normalizePhone(null as never)],
    [
      'a number',
      /not number\. A number has lost its leading zeros/,
      () => identifiers.normalizePhone(49 as never),
    ],
    [
      'values that are missing',
      /^The values are missing: a list/,
      () => psi.intersectionSum(['a'], ['a'], undefined as never, options()),
    ],
    [
      'what identifiersFromRows gives',
      /Pass its \.set\./,
      async () => psi.intersect((await identifiers.identifiersFromRows([])) as never, [], options()),
    ],
    [
      'the same, for a machine',
      /Pass its \.set\./,
      async () => {
        const own = { set: await identifiers.identifiersFromRows([]) };
        return psi.intersection.receiver.machine(own as never, options() as never);
      },
    ],
  ])('%s', async (_, message, call) => {
    const error = await outcome(call);
    expect(error).toMatchObject({
      name: 'VeilmatchError',
      code: 'argument',
      message: expect.stringMatching(message),
    });
  });
});
