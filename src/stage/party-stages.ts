// SPDX-License-Identifier: Apache-2.0
/** The group's part of a run of ECDH-PSI, for either party, over one batch of its list after another. */

import { type ByteList, bytesToHex, recordAt } from '../bytes.js';
import { nameOf, scalarFrom, scalarsOf, secretFor } from '../datasets/secrets.js';
import { VeilmatchError } from '../errors.js';
import { checkScalar, type GroupBackend } from '../group/group.js';
import { KINDS } from '../psi/intersection/kinds.js';
import type { Reveal } from '../psi/intersection/reveal.js';
import { checkPublicKey } from '../psi/run/checks.js';
import { ristretto255Suite } from '../psi/run/ciphersuite.js';
import { Tagger } from '../psi/run/session.js';
import { MAX_IDENTIFIER_BYTES } from '../psi/run/suite.js';
import { requireFits } from './frames.js';
import { type PartReader, recordsPart, recordsPartBytes } from './parts.js';
import { badSetting, type Settings } from './settings.js';
import type { Answer, Stage } from './stage.js';

const { dst, group } = ristretto255Suite;
const { elementBytes } = group;
/** Bytes of a secret, whatever it is. */
const SECRET_BYTES = 32;
/** Of what secrets are bound to: SHA-512. */
const DIGEST_BYTES = 64;

/** What a party of a run has in its first frame besides its role. */
interface RunSettings {
  readonly reveal: Reveal;
  /** Digests that the secret is bound to; none where it is bound already. */
  readonly bind: readonly Uint8Array[];
  /** Undefined until both Hellos are known: elements can be blinded and evaluated, but not tagged. */
  readonly tagger: Tagger | undefined;
}

/**
 * The receiver: `blind`, and `unblindAndTag` where the settings have what the sender's Hello says.
 * @param secret what the request is blinded with, or, with `bind`, a seed that it is made of; wiped with the stage
 * @throws {VeilmatchError} `argument`; `bad-element`, `identity-element` for the sender's key
 */
export async function receiverStage(
  settings: Settings,
  secret: Uint8Array,
  backend: GroupBackend,
): Promise<Stage> {
  const { reveal, bind, tagger } = runSettings(settings);
  const ordered = reveal === 'intersection';
  const publicKey = ordered ? settings.bytes('publicKey', elementBytes, elementBytes) : undefined;
  if (ordered && (tagger === undefined) !== (publicKey === undefined))
    throw badSetting('publicKey', 'there with the sid and the sizes, and nowhere else');
  if (publicKey !== undefined) await checkPublicKey(publicKey, backend);
  requireSecret(secret);
  const own = bind.length === 0 ? secret : secretFor('blinding seed', secret, ...bind);
  const scalar = ordered ? new Uint8Array() : scalarFrom(own);
  const inverse = ordered ? new Uint8Array() : group.scalars.invert(scalar);

  const blindEach = async (identifiers: ByteList): Promise<Uint8Array> => {
    const scalars = scalarsOf(own, identifiers);
    try {
      return await backend.hashAndAddBase(identifiers, dst, scalars);
    } finally {
      scalars.fill(0);
    }
  };
  const unblindEach = async (answers: Uint8Array, identifiers: ByteList): Promise<Uint8Array> => {
    const scalars = scalarsOf(own, identifiers);
    try {
      return await backend.subtractBase(answers, scalars, publicKey!);
    } finally {
      scalars.fill(0);
    }
  };

  return {
    answers: {
      async blind(body) {
        const identifiers = identifiersIn(body);
        body.end();
        requireFits(recordsPartBytes(identifiers.length, elementBytes));
        const blinded = ordered
          ? await blindEach(identifiers)
          : await backend.hashAndMultiply(identifiers, dst, scalar);
        return recordsPart(blinded, elementBytes);
      },
      ...(tagger !== undefined && {
        async unblindAndTag(body: PartReader): Promise<Answer> {
          const answers = body.records('the answers', elementBytes);
          const identifiers = ordered ? identifiersIn(body) : undefined;
          body.end();
          if (identifiers === undefined)
            return tagsOf(tagger, await backend.multiply(answers, inverse), undefined);
          if (answers.length !== identifiers.length * elementBytes)
            throw new VeilmatchError('bad-message', 'There are not as many answers as identifiers.');
          return tagsOf(tagger, await unblindEach(answers, identifiers), identifiers);
        },
      }),
    },
    about: {
      name: nameOf(own),
      ...(bind.length > 0 && { nonce: bytesToHex(secretFor('nonce', secret, bind[0]!)) }),
      ...(tagger !== undefined && { tagBytes: tagger.width }),
    },
    wipe() {
      for (const each of [secret, own, scalar, inverse]) each.fill(0);
    },
  };
}

/**
 * The sender: `evaluate`, and `tag` where the settings have what both Hellos say.
 * @param secret b, or, with `bind`, a seed that it is made of; wiped with the stage
 * @throws {VeilmatchError} `argument`, `bad-scalar`
 */
export async function senderStage(
  settings: Settings,
  secret: Uint8Array,
  backend: GroupBackend,
): Promise<Stage> {
  const { bind, tagger } = runSettings(settings);
  requireSecret(secret);
  const own = bind.length === 0 ? secret : secretFor('sender', secret, ...bind);
  const scalar = bind.length === 0 ? secret : scalarFrom(own);
  checkScalar(scalar);
  const publicKey = bytesToHex(await backend.multiplyBase(scalar));
  return {
    answers: {
      async evaluate(body) {
        const asked = body.records('the elements', elementBytes);
        body.end();
        return recordsPart(await backend.multiply(asked, scalar), elementBytes);
      },
      ...(tagger !== undefined && {
        async tag(body: PartReader): Promise<Answer> {
          const identifiers = identifiersIn(body);
          body.end();
          requireFits(recordsPartBytes(identifiers.length, tagger.width));
          return tagsOf(tagger, await backend.hashAndMultiply(identifiers, dst, scalar), identifiers);
        },
      }),
    },
    about: {
      name: nameOf(own),
      publicKey,
      ...(bind.length > 0 && { nonce: bytesToHex(secretFor('nonce', secret, bind[0]!)) }),
      ...(tagger !== undefined && { tagBytes: tagger.width }),
    },
    wipe() {
      for (const each of [secret, own, scalar]) each.fill(0);
    },
  };
}

function runSettings(settings: Settings): RunSettings {
  const reveal = settings.word('reveal', ['intersection', 'cardinality'] as const);
  if (reveal === undefined) throw badSetting('reveal', 'intersection or cardinality');
  const bind = settings.digests('bind', DIGEST_BYTES);
  const sid = settings.bytes('sid', 32, 32);
  const sizes = settings.sizes('sizes');
  if ((sid === undefined) !== (sizes === undefined))
    throw badSetting('sid', 'there with the sizes, and nowhere else');
  const tagger =
    sid === undefined || sizes === undefined
      ? undefined
      : new Tagger(sid, KINDS[reveal], sizes, ristretto255Suite);
  return { reveal, bind, tagger };
}

function requireSecret(secret: Uint8Array): void {
  if (secret.length === SECRET_BYTES) return;
  throw new VeilmatchError(
    'argument',
    `The secret of a party has ${SECRET_BYTES} bytes; this one has ${secret.length}.`,
  );
}

function identifiersIn(body: PartReader): ByteList {
  return body.list('the identifiers', MAX_IDENTIFIER_BYTES);
}

/** @param identifiers undefined where a tag does not bind them */
function tagsOf(tagger: Tagger, elements: Uint8Array, identifiers: ByteList | undefined): Answer {
  const none = new Uint8Array();
  const count = elements.length / elementBytes;
  const tags = new Uint8Array(count * tagger.width);
  for (let i = 0; i < count; i++) {
    const tag = tagger.tag(recordAt(elements, elementBytes, i), identifiers?.at(i) ?? none);
    tags.set(tag, i * tagger.width);
  }
  return recordsPart(tags, tagger.width);
}
