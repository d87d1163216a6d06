// SPDX-License-Identifier: Apache-2.0
/**
 * With @cloudflare/voprf-ts, an implementation of RFC 9497 by others, here on an older @noble/curves of its own: each is
 * the client of the other's server, in every mode and suite, and the bytes that would be sent are all that passes between
 * them.
 */

import {
  DLEQProof,
  EvaluationRequest,
  Oprf,
  Evaluation as PeerEvaluation,
  OPRFClient as PeerOPRFClient,
  OPRFServer as PeerOPRFServer,
  POPRFClient as PeerPOPRFClient,
  POPRFServer as PeerPOPRFServer,
  VOPRFClient as PeerVOPRFClient,
  VOPRFServer as PeerVOPRFServer,
  deriveKeyPair as peerDeriveKeyPair,
} from '@cloudflare/voprf-ts';
import { CryptoNoble } from '@cloudflare/voprf-ts/crypto-noble';
import { beforeAll, describe, expect, test } from 'vitest';
import { ByteList, concatBytes, utf8 } from '../../src/bytes.js';
import { createBackend } from '../../src/group/select.js';
import {
  deriveKeyPair,
  generateKeyPair,
  type KeyPair,
  type OprfMode,
  p256Sha256,
  ristretto255Sha512,
  type Suite,
} from '../../src/oprf/index.js';
import { partiesOf } from '../suites/oprf.js';

const INFO = utf8('interop');
const ITEMS = ['tel:+14155550123', 'mailto:ada@example.com', ''].map((text) => utf8(text));
const LIST = ByteList.from(ITEMS);
const PEER_MODE = { oprf: Oprf.Mode.OPRF, voprf: Oprf.Mode.VOPRF, poprf: Oprf.Mode.POPRF } as const;

function split(bytes: Uint8Array, width: number): Uint8Array[] {
  return Array.from({ length: bytes.length / width }, (_, i) => bytes.slice(i * width, (i + 1) * width));
}

function peerServer(mode: OprfMode, { identifier }: Suite, { secretKey }: KeyPair) {
  if (mode === 'oprf') return new PeerOPRFServer(identifier, secretKey, CryptoNoble);
  if (mode === 'voprf') return new PeerVOPRFServer(identifier, secretKey, CryptoNoble);
  const server = new PeerPOPRFServer(identifier, secretKey, CryptoNoble);
  return {
    blindEvaluate: (request: EvaluationRequest) => server.blindEvaluate(request, INFO),
    evaluate: (input: Uint8Array) => server.evaluate(input, INFO),
  };
}

function peerClient(mode: OprfMode, { identifier }: Suite, { publicKey }: KeyPair) {
  if (mode === 'oprf') return new PeerOPRFClient(identifier, CryptoNoble);
  if (mode === 'voprf') return new PeerVOPRFClient(identifier, publicKey, CryptoNoble);
  const client = new PeerPOPRFClient(identifier, publicKey, CryptoNoble);
  return {
    blind: (inputs: Uint8Array[]) => client.blind(inputs),
    finalize: (...[data, evaluation]: Parameters<typeof client.finalize>) =>
      client.finalize(data, evaluation, INFO),
  };
}

describe.each(['ristretto255-SHA512', 'P256-SHA256'] as const)('%s', (identifier) => {
  let suite: Suite;
  beforeAll(async () => {
    suite =
      identifier === 'P256-SHA256' ? p256Sha256 : ristretto255Sha512(await createBackend({ concurrency: 1 }));
  });

  describe.each(['oprf', 'voprf', 'poprf'] as const)('%s', (mode) => {
    let keys: KeyPair;
    beforeAll(async () => {
      keys = await generateKeyPair(suite);
    });

    const ways = mode === 'voprf' ? (['multiplicative', 'additive'] as const) : (['multiplicative'] as const);

    test.each(ways)('our client with %s blinding, their server', async (way) => {
      const ours = partiesOf([mode, way], suite, keys, INFO);
      const server = peerServer(mode, suite, keys);
      const group = Oprf.getGroup(identifier, CryptoNoble);
      const blinding = await ours.blind(LIST);
      const asked = split(blinding.blindedElements, suite.elementBytes).map((bytes) => group.desElt(bytes));
      const { evaluated, proof } = await server.blindEvaluate(new EvaluationRequest(asked));
      expect(proof === undefined).toBe(mode === 'oprf');
      const outputs = await ours.finalize(LIST, blinding, {
        evaluatedElements: concatBytes(...evaluated.map((element) => element.serialize(true))),
        ...(proof && { proof: proof.serialize() }),
      });
      const theirs = await Promise.all(ITEMS.map((item) => server.evaluate(item)));
      expect(split(outputs, suite.hashBytes)).toEqual(theirs.map((output) => Uint8Array.from(output)));
      expect(await ours.evaluate(LIST)).toEqual(outputs);
    });

    test('their client, our server', async () => {
      const ours = partiesOf([mode], suite, keys, INFO);
      const client = peerClient(mode, suite, keys);
      const group = Oprf.getGroup(identifier, CryptoNoble);
      const [data, request] = await client.blind(ITEMS);
      const { evaluatedElements, proof } = await ours.blindEvaluate(
        concatBytes(...request.blinded.map((element) => element.serialize(true))),
      );
      const outputs = await client.finalize(
        data,
        new PeerEvaluation(
          PEER_MODE[mode],
          split(evaluatedElements, suite.elementBytes).map((bytes) => group.desElt(bytes)),
          proof && DLEQProof.deserialize(group.id, proof, CryptoNoble),
        ),
      );
      expect(concatBytes(...outputs)).toEqual(await ours.evaluate(LIST));
    });

    test('the same keys from a seed', async () => {
      const seed = new Uint8Array(32).fill(0x5a);
      const theirs = await peerDeriveKeyPair(PEER_MODE[mode], identifier, seed, INFO, CryptoNoble);
      const { secretKey, publicKey } = await deriveKeyPair(suite, mode, seed, INFO);
      expect(secretKey).toEqual(Uint8Array.from(theirs.privateKey));
      expect(publicKey).toEqual(Uint8Array.from(theirs.publicKey));
    });
  });
});
