// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex } from '../../src/bytes.js';
import { contactClient } from '../../src/contact/client.js';
import { HEADER_FILE, SEGMENT_FOLDER, SIGNER_FILE, segmentFile } from '../../src/contact/files.js';
import { type ContactDirectory, openHeader, openPublishedSet } from '../../src/contact/index.js';
import { contactServer } from '../../src/contact/server.js';
import {
  addMembers,
  type ChangeOptions,
  createDirectory,
  type DirectoryPlaces,
  readState,
  removeMembers,
  rotateKey,
  STATE_FILE,
} from '../../src/directory/directory.js';
import { decodeMembers, encodeMembers, splitBy } from '../../src/directory/members.js';
import { ServedDirectory } from '../../src/directory/serving.js';
import { decodeState } from '../../src/directory/state.js';
import { createBackend, type GroupBackend } from '../../src/group/index.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { exchange } from '../../src/psi/run/both.js';
import { secureRandom } from '../../src/random.js';
import { signingPublicKey } from '../../src/signing.js';
import { expectCode } from '../suites/errors.js';
import { times } from '../support/effort.js';

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});
afterAll(() => backend.dispose());

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function somewhere(): DirectoryPlaces {
  const root = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
  folders.push(root);
  return { folder: join(root, 'public'), hidden: join(root, 'private') };
}

const signingKey = secureRandom(32);
const signer = signingPublicKey(signingKey);
const change = (): ChangeOptions => ({
  keyFile: '/keys/members.key',
  signingKey: signingKey.slice(),
  backend,
});
const named = { setId: 'members', kind: 'golomb', falsePositiveRate: 2 ** -40 } as const;
const strings = (names: readonly string[]): IdentifierSet => IdentifierSet.ofStrings(names);

async function made(names: readonly string[]): Promise<DirectoryPlaces> {
  const places = somewhere();
  await createDirectory(places, strings(names), { ...change(), ...named });
  return places;
}

/** What is handed out, as a client reads it. */
async function handedOut({ folder }: DirectoryPlaces): Promise<ContactDirectory> {
  const header = new Uint8Array(readFileSync(join(folder, HEADER_FILE)));
  const pin = { signer };
  const filters = openHeader(header, pin).segments.map(
    (segment) => new Uint8Array(readFileSync(join(folder, segmentFile(segment)))),
  );
  return openPublishedSet({ header, filters }, { pin, setId: 'members' });
}

async function found(
  places: DirectoryPlaces,
  contacts: readonly string[],
  directory?: ContactDirectory,
): Promise<string[]> {
  const served = await (await ServedDirectory.open(places, () => {})).served();
  const client = contactClient(strings(contacts), directory ?? (await handedOut(places)), { backend });
  const { receiver } = await exchange(client, contactServer(served, { backend }));
  return receiver.matched.map((i) => contacts[i]!);
}

describe('a directory', () => {
  it('has those who were added and not taken out since, whatever is done in whatever order', async () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 4 });
    const step = fc.record({ what: fc.constantFrom('add', 'remove', 'rotate'), names });
    await fc.assert(
      fc.asyncProperty(names, fc.array(step, { maxLength: 4 }), async (first, steps) => {
        const places = await made(first);
        const members = new Set<string>(first);
        for (const { what, names: list } of steps) {
          if (what === 'rotate') {
            await rotateKey(places, Date.now() + 60_000, change());
            continue;
          }
          const before: readonly string[] = [...members];
          for (const name of list) what === 'add' ? members.add(name) : members.delete(name);
          const expected = new Set(list.filter((name) => before.includes(name) === (what === 'remove'))).size;
          const make = what === 'add' ? addMembers : removeMembers;
          expect((await make(places, strings(list), change())).changed).toBe(expected);
        }
        const everybody = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
        expect(await found(places, everybody)).toEqual(everybody.filter((name) => members.has(name)));
        expect((await handedOut(places)).size).toBe(members.size);
      }),
      { numRuns: times(5, 60) },
    );
  });

  it('adds a segment of its own, and leaves the others as they are', async () => {
    const places = await made(['a', 'b']);
    const before = readdirSync(join(places.folder, SEGMENT_FOLDER));
    const { state } = await addMembers(places, strings(['b', 'c']), change());
    const after = readdirSync(join(places.folder, SEGMENT_FOLDER));
    expect(after).toHaveLength(2);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(openHeader(state.header, { signer }).segments.map(({ size }) => size)).toEqual([2, 1]);
    expect(state.epochs[0].epoch).toBe(1);
  });

  it('changes nothing where there is nothing to change', async () => {
    const places = await made(['a', 'b']);
    const before = readFileSync(join(places.hidden, STATE_FILE));
    expect((await addMembers(places, strings(['a']), change())).changed).toBe(0);
    expect((await removeMembers(places, strings(['x']), change())).changed).toBe(0);
    expect(readFileSync(join(places.hidden, STATE_FILE)).equals(before)).toBe(true);
  });

  it('ends older epochs where somebody is taken out, and no segment of theirs is left', async () => {
    const places = await made(['a', 'b']);
    const old = await handedOut(places);
    await rotateKey(places, Date.now() + 60_000, change());
    const { ended, state } = await removeMembers(places, strings(['a']), change());
    expect(ended).toEqual([2, 1]);
    expect(state.epochs.map(({ epoch }) => epoch)).toEqual([3]);
    expect(readdirSync(join(places.folder, SEGMENT_FOLDER))).toEqual(state.epochs[0].segments);
    expect(await found(places, ['a', 'b'])).toEqual(['b']);
    await expectCode('incompatible-peer', () => found(places, ['a'], old));
  });

  it('is answered under the old key and the new one until the date, and then under the new one alone', async () => {
    const places = await made(['a', 'b']);
    const old = await handedOut(places);
    const until = Date.now() + 60_000;
    await rotateKey(places, until, change());
    const directory = await handedOut(places);
    expect(directory.publicKey).not.toEqual(old.publicKey);
    expect(await found(places, ['b', 'x'], old)).toEqual(['b']);
    expect(await found(places, ['b', 'x'], directory)).toEqual(['b']);
    expect(readdirSync(join(places.folder, SEGMENT_FOLDER))).toHaveLength(2);
    const served = await ServedDirectory.open(places, () => {});
    expect((await served.served(until - 1)).map(({ epoch }) => epoch)).toEqual([2, 1]);
    expect((await served.served(until)).map(({ epoch }) => epoch)).toEqual([2]);
  });

  it('forgets an old key whose date is over with the next change', async () => {
    const places = await made(['a']);
    await rotateKey(places, Date.now() - 1, change());
    const { state } = await addMembers(places, strings(['b']), change());
    expect(state.epochs.map(({ epoch }) => epoch)).toEqual([2]);
    expect(readdirSync(join(places.folder, SEGMENT_FOLDER)).sort()).toEqual(
      [...state.epochs[0].segments].sort(),
    );
  });

  it('keeps the key and the members where nobody else can read them, and apart', async () => {
    const places = await made(['a secret name']);
    await addMembers(places, strings(['b']), change());
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect(mode(places.hidden)).toBe(0o700);
    const hidden = readdirSync(places.hidden);
    expect(hidden.sort()).toEqual([STATE_FILE, expect.stringMatching(/^members-[0-9a-f]{16}$/)]);
    for (const name of hidden) expect(mode(join(places.hidden, name))).toBe(0o600);
    const { epochs } = await readState(places);
    const files = readdirSync(places.folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(places.folder, name)).isFile(),
    );
    expect(files.filter((name) => !name.startsWith(SEGMENT_FOLDER)).sort()).toEqual([
      HEADER_FILE,
      SIGNER_FILE,
    ]);
    for (const name of files) {
      const bytes = readFileSync(join(places.folder, name));
      expect(bytes.includes(Buffer.from(epochs[0].secretKey))).toBe(false);
      expect(bytes.includes('a secret name')).toBe(false);
    }
  });

  it('is sealed where there is a key for it, from the first change with it on', async () => {
    const plain = await made(['a secret name', 'a']);
    const { epochs, members } = await readState(plain);
    const sealed = { ...plain, unlock: { key: new Uint8Array(32).fill(7) } };
    await addMembers(sealed, strings(['b']), change());
    const files = readdirSync(plain.hidden);
    expect(files).toHaveLength(2);
    expect(files).not.toContain(members);
    for (const name of files) {
      const bytes = readFileSync(join(plain.hidden, name));
      expect(bytes.subarray(0, 16).toString()).toBe('veilmatch-sealed');
      for (const told of ['a secret name', bytesToHex(epochs[0].secretKey), 'members', '/keys/'])
        expect(bytes.includes(told)).toBe(false);
      expect(statSync(join(plain.hidden, name)).mode & 0o777).toBe(0o600);
    }
    expect(await found(sealed, ['a', 'b', 'x'])).toEqual(['a', 'b']);
    await rotateKey(sealed, Date.now() + 60_000, change());
    await removeMembers(sealed, strings(['a']), change());
    expect(await found(sealed, ['a', 'b', 'x'])).toEqual(['b']);
    const refused = await expectCode('argument', () => readState(plain));
    expect(refused.message).toContain('--private-key-file');
    await expectCode('argument', () => addMembers(plain, strings(['c']), change()));
    const other = { ...plain, unlock: { key: new Uint8Array(32).fill(8) } };
    await expectCode('bad-file', () => addMembers(other, strings(['c']), change()));
    await expectCode('bad-file', () => ServedDirectory.open(other, () => {}));
  });

  it('hands a header out that a change did not come to, with the next one', async () => {
    const places = await made(['a']);
    const old = readFileSync(join(places.folder, HEADER_FILE));
    await addMembers(places, strings(['b']), change());
    // As after a crash between the private part and the header.
    writeFileSync(join(places.folder, HEADER_FILE), old);
    await addMembers(places, strings(['b']), change());
    expect((await handedOut(places)).size).toBe(2);
  });

  it('is not made twice, nor changed with another key, nor with identifiers that can never match', async () => {
    const places = await made(['a']);
    await expectCode('argument', () => createDirectory(places, strings(['a']), { ...change(), ...named }));
    const other = { ...change(), signingKey: secureRandom(32) };
    await expectCode('argument', () => addMembers(places, strings(['b']), other));
    await expectCode('argument', () => rotateKey(places, Date.now() + 1000, other));
    await expectCode('io', () => addMembers(somewhere(), strings(['b']), change()));
    rmSync(join(places.hidden, (await readState(places)).members));
    await expectCode('io', () => addMembers(places, strings(['b']), change()));
  });

  it('is served on under the state that was read when the new one cannot be read', async () => {
    const places = await made(['a']);
    const seen: unknown[] = [];
    const directory = await ServedDirectory.open(places, (error) => seen.push(error));
    writeFileSync(join(places.hidden, STATE_FILE), '{');
    expect(await directory.served()).toHaveLength(1);
    expect(seen).toEqual([expect.objectContaining({ code: 'bad-file' })]);
  });
});

describe('the private part', () => {
  it('is refused in whatever place it was changed or cut, without a word of what stands there', async () => {
    const places = await made(['a', 'b']);
    const state = readFileSync(join(places.hidden, STATE_FILE));
    const text = JSON.parse(state.toString());
    for (const [field, value] of [
      ['format', 'veilmatch-directory-v0'],
      ['setId', 'two words'],
      ['signer', 'ab'],
      ['kind', 'bloom'],
      ['falsePositiveRate', 0],
      ['members', '../members'],
      ['header', '*'],
      ['epochs', []],
      ['epochs', [{ ...text.epochs[0], secretKey: 'ab' }]],
      ['epochs', [text.epochs[0], { ...text.epochs[0], until: 'soon' }]],
      ['epochs', [{ ...text.epochs[0], segments: ['../../x'] }]],
    ]) {
      const changed = JSON.stringify({ ...text, [field as string]: value });
      await expectCode('bad-file', () => decodeState(Buffer.from(changed), 'It'));
    }
    await expectCode('bad-file', () => decodeState(state.subarray(0, -3), 'It'));
  });

  it('has members that come back as they were, and nothing else', async () => {
    const list = strings(['', 'ada', 'hedy']);
    const bytes = encodeMembers(list);
    const back = decodeMembers(bytes, 'It');
    expect([...back.elements]).toEqual([...list.elements]);
    expect(back.rowsOf([2])).toEqual([2]);
    for (let length = 0; length < bytes.length; length++)
      await expectCode('bad-file', () => decodeMembers(bytes.subarray(0, length), 'It'));
    await expectCode('bad-file', () => decodeMembers(Uint8Array.of(...bytes, 0), 'It'));
    const strange = bytes.slice();
    strange.fill(0xff, 20, 24);
    await expectCode('bad-file', () => decodeMembers(strange, 'It'));
  });

  it('tells known elements from others', () => {
    const list = fc.uniqueArray(fc.integer({ min: 0, max: 9 }).map(String));
    fc.assert(
      fc.property(list, list, (known, more) => {
        const { shared, others } = splitBy(strings(known), strings(more));
        expect([...shared]).toEqual([...more.keys()].filter((i) => known.includes(more[i]!)));
        expect([...others]).toEqual([...more.keys()].filter((i) => !known.includes(more[i]!)));
      }),
    );
  });
});
