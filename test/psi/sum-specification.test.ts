// SPDX-License-Identifier: Apache-2.0
/**
 * The frames of the modes sum and join-ids, made a second time from docs/protocol.md with noble's points and BigInt, from
 * the same secrets. Nothing here comes from `src/psi` but the runs themselves.
 */
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { bytesToHex, concatBytes, u32, utf8 } from '../../src/bytes.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { createJoinIds, intersectionSum } from '../../src/psi/index.js';
import { randomScalar, replayedRandom, secureRandom } from '../../src/random.js';

const { Point } = ristretto255;
type Point = InstanceType<typeof Point>;

const own = ['ada', 'grace', 'hedy'];
const other = ['hedy', 'joan', 'ada', 'lise'];
const values = [5, 70, 900, 11_000];

const number = bytesToNumberLE;
const hash = (name: string): Point =>
  ristretto255_hasher.hashToCurve(utf8(`opaque:${name}`), {
    DST: 'veilmatch-psi-v1-with-ristretto255_XMD:SHA-512_R255MAP_RO_',
  });
const multiples = (names: readonly string[], ...scalars: Uint8Array[]): Uint8Array[] =>
  names.map((name) =>
    scalars.reduce((point, scalar) => point.multiply(number(scalar)), hash(name)).toBytes(),
  );
const sorted = (records: readonly Uint8Array[]): Uint8Array[] =>
  [...records].sort((a, b) => (bytesToHex(a) < bytesToHex(b) ? -1 : 1));
const list = (type: number, records: readonly Uint8Array[]): string =>
  bytesToHex(concatBytes(Uint8Array.of(type), u32(0), ...records));
const frame = (type: number, ...parts: Uint8Array[]): string =>
  bytesToHex(concatBytes(Uint8Array.of(type), ...parts));

function hello(role: number, mode: number, to: number, size: number, nonce: Uint8Array, key: Uint8Array) {
  const fixed = Uint8Array.of(0, 1, role, 1, mode, to, 2, 8, 0, 0, 0);
  return concatBytes(utf8('veilmatch-psi'), fixed, u32(size), u32(2 ** 24), nonce, key);
}

/** Session id, tag and Finish of a run. */
function sessionOf(receiver: Uint8Array, sender: Uint8Array, mode: number) {
  const sid = sha512(concatBytes(utf8('veilmatch-psi-v1 session'), u32(96), receiver, u32(96), sender)).slice(
    0,
    32,
  );
  const tag = (element: Uint8Array): Uint8Array =>
    sha512(concatBytes(utf8('veilmatch-psi-v1 tag'), sid, Uint8Array.of(mode), element)).slice(0, 6);
  const digest = (frames: readonly string[]): Uint8Array => {
    const bytes = frames.map((hex) =>
      Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16)),
    );
    return sha512(concatBytes(...bytes.flatMap((one) => [u32(one.length), one])));
  };
  const finish = (role: number, r: readonly string[], s: readonly string[]): string => {
    const label = utf8('veilmatch-psi-v1 finish');
    return frame(5, sha512(concatBytes(label, sid, Uint8Array.of(role), digest(r), digest(s))).slice(0, 32));
  };
  return { sid, tag, finish };
}

describe('docs/protocol.md', () => {
  it.each([
    ['receiver', 1],
    ['sender', 3],
  ] as const)('describes every frame of a sum to the %s', async (to, learner) => {
    const nonces = [secureRandom(32), secureRandom(32)] as const;
    const [a, mu, rho, b, s] = Array.from({ length: 5 }, () => randomScalar()) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const r = other.map(() => randomScalar());
    const frames = { receiver: [] as string[], sender: [] as string[] };
    const result = await intersectionSum(own, other, values, {
      backend,
      to,
      acceptChosenValues: true,
      random: {
        receiver: replayedRandom(to === 'receiver' ? [nonces[0], a, mu, rho] : [nonces[0], a, rho]),
        sender: replayedRandom([nonces[1], b, s, ...r]),
      },
      onFrame: (from, bytes) => void frames[from].push(bytesToHex(bytes)),
    });
    expect(result).toMatchObject({ size: 2, sum: 905 });

    const hellos = [
      hello(1, 3, learner, 3, nonces[0], new Uint8Array(32)),
      hello(2, 3, learner, 4, nonces[1], Point.BASE.multiply(number(b)).toBytes()),
    ] as const;
    const { tag, finish } = sessionOf(hellos[0], hellos[1], 3);
    const P = Point.BASE.multiply(number(s));
    const encryptions = other.map((_, i) => {
      const k = number(r[i]!);
      return [Point.BASE.multiply(k), Point.BASE.multiply(BigInt(values[i]!)).add(P.multiply(k))] as const;
    });
    const records = multiples(other, b).map((element, i) =>
      concatBytes(tag(element), ...encryptions[i]!.map((point) => point.toBytes())),
    );
    const matched = other.flatMap((name, i) => (own.includes(name) ? [encryptions[i]!] : []));
    const T = matched.reduce((sum, [c]) => sum.add(c), Point.BASE.multiply(number(rho)));
    const mask = to === 'receiver' ? Point.BASE.multiply(number(mu)) : Point.ZERO;
    const U = matched.reduce((sum, [, d]) => sum.add(d), P.multiply(number(rho)).add(mask));
    const total = [T.toBytes(), U.toBytes(), ...(to === 'sender' ? [u32(2)] : [])];

    const ofReceiver = [frame(1, hellos[0]), list(2, multiples(own, a)), frame(18, ...total)];
    const ofSender = [
      frame(1, hellos[1]),
      list(3, sorted(multiples(own, a, b))),
      frame(16, P.toBytes()),
      list(17, sorted(records)),
      ...(to === 'receiver' ? [frame(19, U.subtract(T.multiply(number(s))).toBytes())] : []),
    ];
    expect(frames.receiver).toEqual([...ofReceiver, finish(1, ofReceiver, ofSender)]);
    expect(frames.sender).toEqual([...ofSender, finish(2, ofReceiver, ofSender)]);
  });

  it('describes every frame of a run for join ids, and the pseudonyms', async () => {
    const nonces = [secureRandom(32), secureRandom(32)] as const;
    const [a, c, b, d] = Array.from({ length: 4 }, () => randomScalar()) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const frames = { receiver: [] as string[], sender: [] as string[] };
    const result = await createJoinIds(own, other, {
      backend,
      random: { receiver: replayedRandom([a, c, nonces[0]]), sender: replayedRandom([b, d, nonces[1]]) },
      onFrame: (from, bytes) => void frames[from].push(bytesToHex(bytes)),
    });

    const hellos = [
      hello(1, 4, 2, 3, nonces[0], new Uint8Array(32)),
      hello(2, 4, 2, 4, nonces[1], Point.BASE.multiply(number(b)).toBytes()),
    ] as const;
    const { sid, finish } = sessionOf(hellos[0], hellos[1], 4);
    /** Names in the order in which their party sends them. */
    const inOrder = (names: readonly string[], scalar: Uint8Array): string[] => {
      const at = new Map(names.map((name) => [bytesToHex(multiples([name], scalar)[0]!), name]));
      return [...at.keys()].sort().map((hex) => at.get(hex)!);
    };
    const ofReceiver = [
      frame(1, hellos[0]),
      list(2, sorted(multiples(own, a))),
      list(3, sorted(multiples(other, b, a))),
      list(20, multiples(inOrder(other, b), b, a, c)),
    ];
    const ofSender = [
      frame(1, hellos[1]),
      list(2, sorted(multiples(other, b))),
      list(3, sorted(multiples(own, a, b))),
      list(20, multiples(inOrder(own, a), a, b, d)),
    ];
    expect(frames.receiver).toEqual([...ofReceiver, finish(1, ofReceiver, ofSender)]);
    expect(frames.sender).toEqual([...ofSender, finish(2, ofReceiver, ofSender)]);
    const pseudonyms = (names: readonly string[]): string[] =>
      multiples(names, a, b, c, d).map((element) =>
        bytesToHex(sha512(concatBytes(utf8('veilmatch-psi-v1 pseudonym'), sid, element)).slice(0, 16)),
      );
    expect(result).toEqual({ size: 2, receiver: pseudonyms(own), sender: pseudonyms(other) });
  });
});
