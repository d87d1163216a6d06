// SPDX-License-Identifier: Apache-2.0
/**
 * Hello, the first frame of each party: what it runs and how large its set is. A fixed layout of 64 bytes and an element of
 * the suite, every number big-endian:
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 13 | `veilmatch-psi` in ASCII |
 * | 13 | 2 | version, 1 |
 * | 15 | 1 | role: 1 receiver, 2 sender |
 * | 16 | 1 | suite: 1 ristretto255, SHA-512 |
 * | 17 | 1 | mode: the number that the protocol has, 1 to 255 |
 * | 18 | 1 | who learns the result: 1 receiver, 2 both, 3 sender |
 * | 19 | 1 | version of the identifiers' canonical bytes |
 * | 20 | 1 | kinds of identifiers, one bit each: 1 phone, 2 e-mail, 4 composite, 8 opaque |
 * | 21 | 1 | flags, added: 1 verifiable, 2 several identifiers a row |
 * | 22 | 1 | identifiers a row at most, from 2 on; zero without the flag |
 * | 23 | 1 | zero |
 * | 24 | 4 | elements in this party's set |
 * | 28 | 4 | elements that this party accepts of the other at most |
 * | 32 | 32 | nonce |
 * | 64 | 32 in suite 1 | the sender's B = b * G; zero for the receiver |
 *
 * **Leaks to the peer and to whoever reads the line**: the set's size, which kinds of identifiers occur in it.
 */

import { concatBytes, equalBytes, u16, u32, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { IDENTIFIER_FORMAT, type IdentifierKind } from '../../identifiers/identifier.js';
import { checkComparable } from '../../identifiers/set.js';
import type { PsiSuite } from './ciphersuite.js';
import { LEARNER, type Learner, ROLE, type Role, VERSION } from './suite.js';

const MAGIC = utf8('veilmatch-psi');
/** Where the suite stands, which says how long all of it is. */
const SUITE_AT = 16;
const KEY_AT = 64;
export const NONCE_BYTES = 32;

const KIND_BITS: Readonly<Record<IdentifierKind, number>> = { phone: 1, email: 2, composite: 4, opaque: 8 };
const FLAG = { verifiable: 1, several: 2 } as const;

export interface Hello {
  readonly role: Role;
  /** The number of the protocol, 1 to 255. */
  readonly mode: number;
  readonly to: Learner;
  /** Whether the sender proves its answers. */
  readonly verifiable: boolean;
  /** The most identifiers that one of this party's rows has, 1 to 255. */
  readonly identifiersPerRow: number;
  readonly kinds: ReadonlySet<IdentifierKind>;
  readonly size: number;
  readonly maxPeerSize: number;
  readonly nonce: Uint8Array;
  /** B, an element of the suite; zeros for the receiver. */
  readonly publicKey: Uint8Array;
}

/** @param suite of the run, which the Hello names */
export function encodeHello(hello: Hello, suite: PsiSuite): Uint8Array {
  let kinds = 0;
  for (const kind of hello.kinds) kinds |= KIND_BITS[kind];
  const several = hello.identifiersPerRow > 1;
  return concatBytes(
    MAGIC,
    u16(VERSION),
    Uint8Array.of(
      ROLE[hello.role],
      suite.id,
      hello.mode,
      LEARNER[hello.to],
      IDENTIFIER_FORMAT,
      kinds,
      (hello.verifiable ? FLAG.verifiable : 0) | (several ? FLAG.several : 0),
      several ? hello.identifiersPerRow : 0,
      0,
    ),
    u32(hello.size),
    u32(hello.maxPeerSize),
    hello.nonce,
    hello.publicKey,
  );
}

/**
 * Reads a Hello as anybody can who sees it.
 * @param suite the one that it has to be of
 * @throws {VeilmatchError} `bad-message` for what is no Hello, `incompatible-peer` for another version or suite,
 * for the mode of no Hello, or a flag that this version does not know
 */
export function decodeHello(body: Uint8Array, suite: PsiSuite): Hello {
  if (body.length < MAGIC.length + 2 || !equalBytes(body.subarray(0, MAGIC.length), MAGIC)) {
    throw new VeilmatchError(
      'bad-message',
      'The first message is no Hello of veilmatch-psi. Is the peer another program?',
    );
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const version = view.getUint16(13);
  if (version !== VERSION) {
    throw incompatible(`The peer speaks version ${version} of veilmatch-psi, this party version ${VERSION}.`);
  }
  if (body.length <= SUITE_AT) throw malformed('its length', 0);
  // Before the length, which depends on it.
  if (body[SUITE_AT] !== suite.id)
    throw incompatible(`The peer uses suite ${body[SUITE_AT]}, this party suite ${suite.id}.`);
  if (body.length !== KEY_AT + suite.group.elementBytes) throw malformed('its length', 0);
  if (body[19] !== IDENTIFIER_FORMAT) {
    throw incompatible(
      `The peer's identifiers have format ${body[19]}, this party's format ${IDENTIFIER_FORMAT}.`,
    );
  }
  const role = nameOf(ROLE, body[15]!) ?? fail('its role', 15);
  // Which protocol has it is not known here: `checkPeer` wants the own one.
  const mode = body[17]! === 0 ? unknown('mode', 0) : body[17]!;
  const to = nameOf(LEARNER, body[18]!) ?? unknown('rule for who learns the result,', body[18]!);
  if (body[20]! > 15) throw malformed('the kinds of identifiers', 20);
  const flags = body[21]!;
  if (flags > (FLAG.verifiable | FLAG.several)) unknown('combination of flags', flags);
  const several = (flags & FLAG.several) !== 0;
  if (several ? body[22]! < 2 : body[22] !== 0) throw malformed('the number of identifiers a row', 22);
  if (body[23] !== 0) unknown('value in a reserved byte', body[23]!);
  const kinds = new Set(
    (Object.keys(KIND_BITS) as IdentifierKind[]).filter((kind) => body[20]! & KIND_BITS[kind]),
  );
  return {
    role,
    mode,
    to,
    verifiable: (flags & FLAG.verifiable) !== 0,
    identifiersPerRow: several ? body[22]! : 1,
    kinds,
    size: view.getUint32(24),
    maxPeerSize: view.getUint32(28),
    nonce: body.slice(KEY_AT - NONCE_BYTES, KEY_AT),
    publicKey: body.slice(KEY_AT),
  };
}

/**
 * Checks the peer's Hello against one's own.
 * @param namesOf what the protocols of a mode are called
 * @throws {VeilmatchError} `incompatible-peer`, `incompatible-lists`, `wrong-size`, or `bad-message` for elements that are no
 * whole number of people
 */
export function checkPeer(
  own: Hello,
  peer: Hello,
  namesOf: (mode: number) => string = (mode) => `mode ${mode}`,
): void {
  if (peer.role === own.role)
    throw incompatible(`Both parties are the ${own.role}. One of them must be the other.`);
  if (peer.mode !== own.mode) {
    throw incompatible(`This party runs ${namesOf(own.mode)}, the peer ${namesOf(peer.mode)}. Agree on one.`);
  }
  if (peer.to !== own.to) {
    throw incompatible(
      `For this party ${LEARNS[own.to]} the result, for the peer ${LEARNS[peer.to]}. Agree.`,
    );
  }
  if (peer.verifiable !== own.verifiable) {
    const [who, other] = own.verifiable ? ['This party', 'the peer'] : ['The peer', 'this party'];
    throw incompatible(
      `${who} wants answers with a proof, ${other} does not (option verifiable). Agree on one.`,
    );
  }
  if (peer.identifiersPerRow > 1 !== own.identifiersPerRow > 1) {
    throw incompatible('One party matches rows of several identifiers, the other rows of one. Agree on one.');
  }
  checkComparable(own.kinds, peer.kinds);
  if (peer.size > own.maxPeerSize) {
    throw new VeilmatchError(
      'wrong-size',
      `The peer's set has ${peer.size} elements; this party accepts ${own.maxPeerSize} (option maxPeerSize).`,
    );
  }
  if (own.size > peer.maxPeerSize) {
    throw new VeilmatchError(
      'wrong-size',
      `This set has ${own.size} elements; the peer accepts ${peer.maxPeerSize}.`,
    );
  }
  // Before anything is blinded or evaluated for such a peer.
  if (peer.size % peer.identifiersPerRow !== 0) throw malformed('the number of elements', 24);
}

const LEARNS: Readonly<Record<Learner, string>> = {
  receiver: 'the receiver learns',
  both: 'both learn',
  sender: 'the sender learns',
};

function nameOf<T extends string>(codes: Readonly<Record<T, number>>, code: number): T | undefined {
  return (Object.keys(codes) as T[]).find((name) => codes[name] === code);
}

function incompatible(message: string): VeilmatchError {
  return new VeilmatchError('incompatible-peer', message);
}

function unknown(what: string, value: number): never {
  throw incompatible(`The peer has a ${what} ${value} that this version of veilmatch does not know.`);
}

function malformed(what: string, offset: number): VeilmatchError {
  return new VeilmatchError('bad-message', `The peer's Hello is malformed in ${what} (offset ${offset}).`, {
    offset,
  });
}

function fail(what: string, offset: number): never {
  throw malformed(what, offset);
}
