// SPDX-License-Identifier: Apache-2.0
/** What every mode of every suite of RFC 9497 must do, run once for each pair of them. */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ByteList, bytesToHex, concatBytes, hexToBytes, utf8 } from '../../src/bytes.js';
import type { VeilmatchError } from '../../src/errors.js';
import type { BatchOptions } from '../../src/group/group.js';
import {
  type Blinding,
  type BlindingMethod,
  createContext,
  deriveKeyPair,
  type Evaluation,
  generateKeyPair,
  type KeyPair,
  OPRFClient,
  OPRFServer,
  type OprfMode,
  type OprfOptions,
  POPRFClient,
  POPRFServer,
  type ProvedEvaluation,
  publicKeyOf,
  type Suite,
  type TweakedBlinding,
  VOPRFClient,
  VOPRFServer,
} from '../../src/oprf/index.js';
import { replayedRandom } from '../../src/random.js';
import { times } from '../support/effort.js';
import rfc9497 from '../vectors/rfc9497-oprf.json' with { type: 'json' };

/** The three modes under one shape: an info that a mode does not have is not looked at. */
interface Parties {
  blind(inputs: ByteList, options?: OprfOptions): Promise<Blinding>;
  blindEvaluate(elements: Uint8Array, options?: OprfOptions): Promise<Evaluation & Partial<ProvedEvaluation>>;
  finalize(
    inputs: ByteList,
    blinding: Blinding,
    evaluation: Evaluation & Partial<ProvedEvaluation>,
    options?: BatchOptions,
  ): Promise<Uint8Array>;
  evaluate(inputs: ByteList, options?: BatchOptions): Promise<Uint8Array>;
}

/** A mode and, where it has a choice, how its client blinds. */
type Way = readonly [mode: OprfMode, blinding?: BlindingMethod];

export function partiesOf(
  [mode, blinding]: Way,
  suite: Suite,
  { secretKey, publicKey }: KeyPair,
  info: Uint8Array,
): Parties {
  if (mode === 'oprf') {
    const [client, server] = [new OPRFClient(suite), new OPRFServer(suite, secretKey)];
    return {
      blind: (inputs, options) => client.blind(inputs, options),
      blindEvaluate: (elements, options) => server.blindEvaluate(elements, options),
      finalize: (...args) => client.finalize(...args),
      evaluate: (...args) => server.evaluate(...args),
    };
  }
  if (mode === 'voprf') {
    const client = new VOPRFClient(suite, publicKey, { blinding });
    const server = new VOPRFServer(suite, secretKey);
    return {
      blind: (inputs, options) => client.blind(inputs, options),
      blindEvaluate: (elements, options) => server.blindEvaluate(elements, options),
      finalize: (inputs, blinded, evaluation, options) =>
        client.finalize(inputs, blinded, evaluation as ProvedEvaluation, options),
      evaluate: (...args) => server.evaluate(...args),
    };
  }
  const [client, server] = [new POPRFClient(suite, publicKey), new POPRFServer(suite, secretKey)];
  return {
    blind: (inputs, options) => client.blind(inputs, info, options),
    blindEvaluate: (elements, options) => server.blindEvaluate(elements, info, options),
    finalize: (inputs, blinding, evaluation, options) =>
      client.finalize(inputs, blinding as TweakedBlinding, evaluation as ProvedEvaluation, info, options),
    evaluate: (inputs, options) => server.evaluate(inputs, info, options),
  };
}

const MODES: readonly OprfMode[] = ['oprf', 'voprf', 'poprf'];
const WAYS: readonly Way[] = [['oprf'], ['voprf'], ['voprf', 'additive'], ['poprf']];

const hexList = (text: string): Uint8Array[] => text.split(',').map((hex) => hexToBytes(hex));

async function failure(promise: Promise<unknown>): Promise<VeilmatchError> {
  return promise.then(
    () => {
      throw new Error('It succeeded.');
    },
    (error: VeilmatchError) => error,
  );
}

function withRecord(bytes: Uint8Array, index: number, record: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.set(record, index * record.length);
  return copy;
}

interface OprfSuite {
  /** In the tests' names. */
  readonly name: string;
  readonly create: () => Suite | Promise<Suite>;
  /** Encodings that are no elements. */
  readonly badElements: readonly Uint8Array[];
  /** The identity, where it has an encoding of an element's length. */
  readonly identity?: Uint8Array;
  /** Scalars that are not reduced. */
  readonly badScalars: readonly Uint8Array[];
}

export function testOprf(definition: OprfSuite): void {
  describe.each(WAYS.map((way) => ({ way, name: way.join(', ') })))(
    `${definition.name}, $name`,
    ({ way }) => {
      const [mode, method = 'multiplicative'] = way;
      const info = utf8('test info');
      const inputs = ByteList.from(['ada', '', 'grace', 'ada'].map((text) => utf8(text)));
      let suite: Suite;
      let keys: KeyPair;
      let parties: Parties;

      beforeAll(async () => {
        suite = await definition.create();
        keys = await generateKeyPair(suite);
        parties = partiesOf(way, suite, keys, info);
      });

      test('the vectors of RFC 9497, appendix A', async () => {
        const { seed, keyInfo, skSm, vectors, ...group } = rfc9497.suites.find(
          (candidate) => candidate.identifier === suite.identifier && candidate.mode === MODES.indexOf(mode),
        )!;
        const derived = await deriveKeyPair(suite, mode, hexToBytes(seed), hexToBytes(keyInfo));
        expect(bytesToHex(derived.secretKey)).toBe(skSm);
        if (group.pkSm !== undefined) expect(bytesToHex(derived.publicKey)).toBe(group.pkSm);
        expect(vectors).toHaveLength(mode === 'oprf' ? 2 : 3);
        for (const vector of vectors) {
          const { blind, blindEvaluate, finalize, evaluate } = partiesOf(
            way,
            suite,
            derived,
            hexToBytes('Info' in vector ? vector.Info! : ''),
          );
          const list = ByteList.from(hexList(vector.Input));
          const outputs = concatBytes(...hexList(vector.Output));
          const blinding = await blind(list, { random: replayedRandom(hexList(vector.Blind)) });
          expect(blinding.blinds).toEqual(concatBytes(...hexList(vector.Blind)));
          const { proof, r } = 'Proof' in vector ? vector.Proof! : { proof: undefined, r: '' };
          const evaluation = await blindEvaluate(blinding.blindedElements, {
            random: replayedRandom([hexToBytes(r)]),
          });
          // The RFC has no vectors for what additive blinding sends; its outputs are the same.
          if (method === 'multiplicative') {
            expect(blinding.blindedElements).toEqual(concatBytes(...hexList(vector.BlindedElement)));
            expect(evaluation.evaluatedElements).toEqual(concatBytes(...hexList(vector.EvaluationElement)));
            expect(evaluation.proof && bytesToHex(evaluation.proof)).toBe(proof);
          }
          expect(await finalize(list, blinding, evaluation)).toEqual(outputs);
          expect(await evaluate(list)).toEqual(outputs);
        }
      });

      test('what is sent is the hash, blinded as it was asked for', async () => {
        const { blinds, blindedElements } = await parties.blind(inputs);
        const { group, scalars, scalarBytes } = suite;
        const { groupTag } = createContext(suite, mode);
        const first = blinds.subarray(0, scalarBytes);
        const hashes = await group.multiply(
          await group.hashAndMultiply(inputs, groupTag, first),
          scalars.invert(first),
        );
        const blinded =
          method === 'additive'
            ? await group.add(hashes, await group.multiplyBase(blinds))
            : await group.multiplyEach(hashes, blinds);
        expect(blindedElements).toEqual(blinded);
      });

      test('what the client gets is what the server evaluates itself', () =>
        fc.assert(
          fc.asyncProperty(
            fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 6 }),
            async (items) => {
              const list = ByteList.from(items);
              const blinding = await parties.blind(list);
              const outputs = await parties.finalize(
                list,
                blinding,
                await parties.blindEvaluate(blinding.blindedElements),
              );
              expect(outputs).toHaveLength(items.length * suite.hashBytes);
              expect(outputs).toEqual(await parties.evaluate(list));
            },
          ),
          { numRuns: times(8, 200) },
        ));

      test('every input has an output of its own, every key others, and a batch is as good as one by one', async () => {
        const outputs = await parties.evaluate(inputs);
        const records = Array.from({ length: 4 }, (_, i) =>
          bytesToHex(outputs.subarray(i * suite.hashBytes, (i + 1) * suite.hashBytes)),
        );
        expect(new Set(records).size).toBe(3);
        expect(records[3]).toBe(records[0]);
        for (const [i, record] of records.entries()) {
          expect(bytesToHex(await parties.evaluate(inputs.slice(i, i + 1)))).toBe(record);
        }
        const others = await partiesOf(way, suite, await generateKeyPair(suite), info).evaluate(inputs);
        expect(bytesToHex(others.subarray(0, suite.hashBytes))).not.toBe(records[0]);
        const elsewhere = await partiesOf(way, suite, keys, utf8('other info')).evaluate(inputs);
        expect(bytesToHex(elsewhere.subarray(0, suite.hashBytes)) === records[0]).toBe(mode !== 'poprf');
      });

      test('the same input is blinded differently each time, within a batch too', async () => {
        const elements = await Promise.all([parties.blind(inputs), parties.blind(inputs)]);
        const records = elements.flatMap(({ blindedElements }) =>
          Array.from({ length: 4 }, (_, i) =>
            bytesToHex(blindedElements.subarray(i * suite.elementBytes, (i + 1) * suite.elementBytes)),
          ),
        );
        expect(new Set(records).size).toBe(8);
      });

      test('answers in another order, of another key or changed give an error or other outputs', async () => {
        const blinding = await parties.blind(inputs);
        const evaluation = await parties.blindEvaluate(blinding.blindedElements);
        const right = await parties.finalize(inputs, blinding, evaluation);
        const { evaluatedElements } = evaluation;
        const width = suite.elementBytes;
        const rotated = concatBytes(evaluatedElements.subarray(width), evaluatedElements.subarray(0, width));
        const other = await partiesOf(way, suite, await generateKeyPair(suite), info).blindEvaluate(
          blinding.blindedElements,
        );
        const mixed = withRecord(evaluatedElements, 2, other.evaluatedElements.slice(2 * width, 3 * width));
        const wrong = [
          { ...evaluation, evaluatedElements: rotated },
          { ...evaluation, evaluatedElements: mixed },
          other,
        ];
        for (const answer of wrong) {
          const attempt = parties.finalize(inputs, blinding, answer);
          if (mode === 'oprf') expect(await attempt).not.toEqual(right);
          else expect(await failure(attempt)).toMatchObject({ code: 'bad-proof' });
        }
      });

      test('elements that are none are refused, with their position', async () => {
        const blinding = await parties.blind(inputs);
        const evaluation = await parties.blindEvaluate(blinding.blindedElements);
        const bad = definition.badElements.map((element) => ({ element, code: 'bad-element' }));
        const identity = definition.identity
          ? [{ element: definition.identity, code: 'identity-element' }]
          : [];
        for (const { element, code } of [...bad, ...identity]) {
          const asked = withRecord(blinding.blindedElements, 2, element);
          expect(await failure(parties.blindEvaluate(asked))).toMatchObject({ code, position: 2 });
          const answer = {
            ...evaluation,
            evaluatedElements: withRecord(evaluation.evaluatedElements, 1, element),
          };
          expect(await failure(parties.finalize(inputs, blinding, answer))).toMatchObject({
            code,
            position: 1,
          });
        }
      });

      test('lengths that do not fit are refused', async () => {
        const blinding = await parties.blind(inputs);
        const evaluation = await parties.blindEvaluate(blinding.blindedElements);
        expect(await failure(parties.blindEvaluate(blinding.blindedElements.subarray(1)))).toMatchObject({
          code: 'argument',
        });
        for (const evaluatedElements of [
          new Uint8Array(),
          evaluation.evaluatedElements.subarray(1),
          concatBytes(evaluation.evaluatedElements, evaluation.evaluatedElements),
        ]) {
          const answer = { ...evaluation, evaluatedElements };
          expect(await failure(parties.finalize(inputs, blinding, answer))).toMatchObject({
            code: 'wrong-size',
          });
        }
        expect(await failure(parties.finalize(inputs.slice(0, 3), blinding, evaluation))).toMatchObject({
          code: 'argument',
        });
        const long = ByteList.from([utf8('short'), new Uint8Array(65_536)]);
        for (const attempt of [parties.blind(long), parties.evaluate(long)]) {
          expect(await failure(attempt)).toMatchObject({ code: 'argument', position: 1 });
        }
        const longest = ByteList.from([new Uint8Array(65_535)]);
        expect(await parties.evaluate(longest)).toHaveLength(suite.hashBytes);
      });

      test('an empty batch gives nothing, or an error where there would be nothing to prove', async () => {
        const none = ByteList.from([]);
        expect(await parties.evaluate(none)).toHaveLength(0);
        if (mode === 'oprf') {
          const blinding = await parties.blind(none);
          const evaluation = await parties.blindEvaluate(blinding.blindedElements);
          expect(await parties.finalize(none, blinding, evaluation)).toHaveLength(0);
        } else {
          for (const attempt of [parties.blind(none), parties.blindEvaluate(new Uint8Array())]) {
            expect(await failure(attempt)).toMatchObject({ code: 'argument' });
          }
        }
      });

      test('a signal stops everything', async () => {
        const signal = AbortSignal.abort();
        const blinding = await parties.blind(inputs);
        const evaluation = await parties.blindEvaluate(blinding.blindedElements);
        for (const attempt of [
          () => parties.blind(inputs, { signal }),
          () => parties.blindEvaluate(blinding.blindedElements, { signal }),
          () => parties.finalize(inputs, blinding, evaluation, { signal }),
          () => parties.evaluate(inputs, { signal }),
        ]) {
          expect(await failure(attempt())).toMatchObject({ code: 'aborted' });
        }
      });

      test('keys: derived from seed, info and mode; refused where they are none', async () => {
        const seed = new Uint8Array(32).fill(7);
        const first = await deriveKeyPair(suite, mode, seed);
        expect(await deriveKeyPair(suite, mode, seed)).toEqual(first);
        expect(await publicKeyOf(suite, first.secretKey)).toEqual(first.publicKey);
        const other = MODES.find((candidate) => candidate !== mode)!;
        for (const { secretKey } of [
          await deriveKeyPair(suite, mode, seed, utf8('x')),
          await deriveKeyPair(suite, other, seed),
          await generateKeyPair(suite),
          await generateKeyPair(suite),
        ]) {
          expect(secretKey).not.toEqual(first.secretKey);
        }
        for (const length of [0, 31, 33]) {
          const attempt = deriveKeyPair(suite, mode, new Uint8Array(length));
          expect(await failure(attempt)).toMatchObject({ code: 'argument' });
          const server = (): unknown =>
            partiesOf(way, suite, { ...first, secretKey: new Uint8Array(length) }, info);
          expect(server).toThrow(expect.objectContaining({ code: 'argument' }));
        }
        expect(await failure(deriveKeyPair(suite, mode, seed, new Uint8Array(65_536)))).toMatchObject({
          code: 'argument',
        });
        for (const secretKey of [new Uint8Array(32), ...definition.badScalars]) {
          const server = (): unknown => partiesOf(way, suite, { ...first, secretKey }, info);
          expect(server).toThrow(expect.objectContaining({ code: 'bad-scalar' }));
        }
      });

      if (mode !== 'oprf') testProofs(definition, way);
    },
  );
}

/** Of the modes that prove. */
function testProofs(definition: OprfSuite, way: Way): void {
  const [mode] = way;
  const inputs = ByteList.from(['ada', 'grace'].map((text) => utf8(text)));
  const info = utf8('test info');

  test('any other bit of the proof or of an answer is caught', async () => {
    const suite = await definition.create();
    const parties = partiesOf(way, suite, await generateKeyPair(suite), info);
    const blinding = await parties.blind(inputs);
    const evaluation = (await parties.blindEvaluate(blinding.blindedElements)) as ProvedEvaluation;
    expect(evaluation.proof).toHaveLength(2 * suite.scalarBytes);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('proof', 'evaluatedElements'), fc.nat(), async (part, at) => {
        const changed = evaluation[part].slice();
        const bit = at % (changed.length * 8);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const { code } = await failure(
          parties.finalize(inputs, blinding, { ...evaluation, [part]: changed }),
        );
        expect(part === 'proof' ? ['bad-proof'] : ['bad-proof', 'bad-element']).toContain(code);
      }),
      { numRuns: times(20, 500) },
    );
  });

  test("another run's proof, another public key, another mode or info is caught", async () => {
    const suite = await definition.create();
    const keys = await generateKeyPair(suite);
    const parties = partiesOf(way, suite, keys, info);
    const blinding = await parties.blind(inputs);
    const evaluation = await parties.blindEvaluate(blinding.blindedElements);
    const again = await parties.blind(inputs);
    const { publicKey } = await generateKeyPair(suite);
    const attempts = [
      parties.finalize(inputs, again, evaluation),
      parties.finalize(inputs, again, {
        ...evaluation,
        ...(await parties.blindEvaluate(again.blindedElements)),
        proof: evaluation.proof!,
      }),
      partiesOf(way, suite, { ...keys, publicKey }, info)
        .blind(inputs)
        .then((own) =>
          partiesOf(way, suite, { ...keys, publicKey }, info).finalize(
            inputs,
            { ...own, blinds: blinding.blinds, blindedElements: blinding.blindedElements },
            evaluation,
          ),
        ),
      partiesOf([mode === 'voprf' ? 'poprf' : 'voprf'], suite, keys, info)
        .blindEvaluate(blinding.blindedElements)
        .then((answer) => parties.finalize(inputs, blinding, answer)),
    ];
    if (mode === 'poprf') {
      const elsewhere = partiesOf(way, suite, keys, utf8('other info'));
      attempts.push(
        elsewhere
          .blindEvaluate(blinding.blindedElements)
          .then((answer) => parties.finalize(inputs, blinding, answer)),
      );
    }
    for (const error of await Promise.all(attempts.map(failure))) {
      expect(error).toMatchObject({ code: 'bad-proof' });
    }
  });

  test('a public key that is none is refused', async () => {
    const suite = await definition.create();
    const keys = await generateKeyPair(suite);
    const right = partiesOf(way, suite, keys, info);
    const blinding = await right.blind(inputs);
    const evaluation = await right.blindEvaluate(blinding.blindedElements);
    const client = (publicKey: Uint8Array): Parties => partiesOf(way, suite, { ...keys, publicKey }, info);
    expect(() => client(keys.publicKey.subarray(1))).toThrow(expect.objectContaining({ code: 'argument' }));
    if (definition.identity) {
      const { identity } = definition;
      expect(() => client(identity)).toThrow(expect.objectContaining({ code: 'identity-element' }));
    }
    for (const bad of definition.badElements) {
      const attempt = client(bad)
        .blind(inputs)
        .then((own) => client(bad).finalize(inputs, own, evaluation));
      expect(await failure(attempt)).toMatchObject({ code: 'bad-element' });
    }
  });

  if (mode === 'poprf') {
    test('an info that is too long is refused by both', async () => {
      const suite = await definition.create();
      const parties = partiesOf(way, suite, await generateKeyPair(suite), new Uint8Array(65_536));
      const blindedElements = suite.generator;
      for (const attempt of [
        () => parties.blind(inputs),
        () => parties.blindEvaluate(blindedElements),
        () => parties.evaluate(inputs),
      ]) {
        expect(await failure(attempt())).toMatchObject({ code: 'argument' });
      }
    });

    test('an info that undoes the key is an error for both', async () => {
      const suite = await definition.create();
      // Nobody finds such an info, so the suite's hash is made to return the negative of the key.
      const { secretKey, publicKey } = await generateKeyPair(suite);
      const one = withRecord(new Uint8Array(suite.scalarBytes), 0, new Uint8Array(suite.scalarBytes));
      one[suite.identifier === 'P256-SHA256' ? suite.scalarBytes - 1 : 0] = 1;
      const minus = suite.scalars.add(
        suite.scalars.subtractProduct(one, one, secretKey),
        suite.scalars.subtractProduct(one, twice(suite, one), one),
      );
      const broken: Suite = { ...suite, scalars: { ...suite.scalars, hasher: () => () => minus } };
      const parties = partiesOf(way, broken, { secretKey, publicKey }, info);
      expect(await failure(parties.blind(inputs))).toMatchObject({ code: 'identity-element' });
      expect(await failure(parties.evaluate(inputs))).toMatchObject({ code: 'bad-scalar' });
    });
  }
}

function twice(suite: Suite, scalar: Uint8Array): Uint8Array {
  return suite.scalars.add(scalar, scalar);
}
