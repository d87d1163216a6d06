// SPDX-License-Identifier: Apache-2.0
/**
 * What a caller gives a backend, looked at before anything is done with it. It happens here and nowhere else: what is behind,
 * on this thread or another, is given what fits, and finds out by decoding whether elements are some.
 */

import type { ByteList } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { isNonZeroScalar } from '../random.js';
import {
  checkScalar,
  checkScalars,
  countRecords,
  ELEMENT_BYTES,
  type GroupBackend,
  SCALAR_BYTES,
  type TrustingBackend,
  UNIFORM_BYTES,
} from './group.js';
import { ristretto255 } from './ristretto255.js';

/** The backend for callers who may give it anything. @param inner one that trusts its caller */
export function checked(inner: TrustingBackend): GroupBackend {
  return {
    name: inner.name,
    group: ristretto255,
    constantTime: inner.constantTime,
    get concurrency() {
      return inner.concurrency;
    },

    async hashAndMultiply(messages, dst, scalar, options) {
      checkScalar(scalar);
      checkTag(dst);
      return inner.hashAndMultiply(messages, dst, scalar, options);
    },

    async hashAndMultiplyEach(messages, dst, scalars, options) {
      checkScalarsOf(messages, scalars);
      checkTag(dst);
      return inner.hashAndMultiplyEach(messages, dst, scalars, options);
    },

    async mapAndMultiply(uniform, scalar, options) {
      checkScalar(scalar);
      countRecords(uniform, UNIFORM_BYTES, 'Uniform strings');
      return inner.mapAndMultiply(uniform, scalar, options);
    },

    async multiply(elements, scalar, options) {
      checkScalar(scalar);
      countRecords(elements, ELEMENT_BYTES, 'Elements');
      return inner.multiply(elements, scalar, options);
    },

    async multiplyEach(elements, scalars, options) {
      checkPairs(elements, scalars);
      checkScalars(scalars);
      return inner.multiplyEach(elements, scalars, options);
    },

    async multiplyBase(scalars, base, options) {
      checkScalars(scalars);
      if (base !== undefined) checkBase(base);
      return inner.multiplyBase(scalars, base, options);
    },

    async hashAndAddBase(messages, dst, scalars, options) {
      checkScalarsOf(messages, scalars);
      checkTag(dst);
      return inner.hashAndAddBase(messages, dst, scalars, options);
    },

    async subtractBase(elements, scalars, base, options) {
      checkPairs(elements, scalars);
      checkScalars(scalars);
      checkBase(base);
      return inner.subtractBase(elements, scalars, base, options);
    },

    async subtractHashAndMultiply(elements, messages, dst, scalar, options) {
      checkScalar(scalar);
      checkTag(dst);
      if (countRecords(elements, ELEMENT_BYTES, 'Elements') !== messages.length) {
        throw new VeilmatchError(
          'argument',
          `Each of the ${messages.length} messages takes an element of 32 bytes; these are ${elements.length} bytes.`,
        );
      }
      return inner.subtractHashAndMultiply(elements, messages, dst, scalar, options);
    },

    async add(a, b, options) {
      checkPairs(a, b);
      return inner.add(a, b, options);
    },

    async subtract(a, b, options) {
      checkPairs(a, b);
      return inner.subtract(a, b, options);
    },

    async progression(start, step, count, options) {
      checkProgression(start, step, count);
      return inner.progression(start, step, count, options);
    },

    async weightedSum(elements, weights, options) {
      checkPairs(elements, weights);
      checkWeights(weights);
      return inner.weightedSum(elements, weights, options);
    },

    dispose: () => inner.dispose(),
  };
}

/** @throws {VeilmatchError} `argument` unless both arrays hold equally many records */
function checkPairs(a: Uint8Array, b: Uint8Array): void {
  countRecords(a, ELEMENT_BYTES, 'Elements');
  if (b.length !== a.length) {
    throw new VeilmatchError(
      'argument',
      `Both arrays must hold equally many records of 32 bytes; they hold ${a.length} and ${b.length} bytes.`,
    );
  }
}

/** @throws {VeilmatchError} `argument` for an empty domain separation tag */
function checkTag(dst: Uint8Array): void {
  if (dst.length === 0) {
    throw new VeilmatchError(
      'argument',
      'The domain separation tag is empty; RFC 9380 demands at least one byte.',
    );
  }
}

/** @throws {VeilmatchError} `argument` unless these are two elements and a whole number */
function checkProgression(start: Uint8Array, step: Uint8Array, count: number): void {
  if (start.length !== ELEMENT_BYTES || step.length !== ELEMENT_BYTES) {
    throw new VeilmatchError(
      'argument',
      `Start and step are one element of 32 bytes each; these are ${start.length} and ${step.length}.`,
    );
  }
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new VeilmatchError('argument', 'The length of a progression is a whole number from 0.');
  }
}

/** @throws {VeilmatchError} `argument` unless this is one element */
function checkBase(base: Uint8Array): void {
  if (base.length !== ELEMENT_BYTES) {
    throw new VeilmatchError('argument', `The base is one element of 32 bytes; this is ${base.length}.`);
  }
}

/** @throws {VeilmatchError} `argument` unless there is a scalar for each message; `bad-scalar` */
function checkScalarsOf(messages: ByteList, scalars: Uint8Array): void {
  checkScalars(scalars);
  if (scalars.length !== messages.length * SCALAR_BYTES) {
    throw new VeilmatchError(
      'argument',
      `Each of the ${messages.length} messages takes a scalar of 32 bytes; these are ${scalars.length} bytes.`,
    );
  }
}

/** @throws {VeilmatchError} `bad-scalar` with the position of the first weight that is not reduced; zero is accepted */
function checkWeights(weights: Uint8Array): void {
  const count = countRecords(weights, SCALAR_BYTES, 'Weights');
  for (let i = 0; i < count; i++) {
    const weight = weights.subarray(i * SCALAR_BYTES, (i + 1) * SCALAR_BYTES);
    if (!isNonZeroScalar(weight) && weight.some((byte) => byte !== 0)) {
      throw new VeilmatchError('bad-scalar', `Weight ${i} is not reduced: it must be below L.`, {
        position: i,
      });
    }
  }
}
