// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/group`: ristretto255 ([RFC 9496](https://www.rfc-editor.org/rfc/rfc9496)) in batches, the group under the
 * protocols. [kernel.md](../../docs/kernel.md) says how it is computed.
 *
 * @module veilmatch/group
 */

export { ByteList } from '../bytes.js';
export { type FmaSupport, fmaSupport } from '../kernel/probe.js';
export { type RandomSource, randomScalar, secureRandom } from '../random.js';
export type { AnyWorker } from '../workers/platform.js';
export {
  type BackendName,
  type BatchOptions,
  ELEMENT_BYTES,
  type Group,
  type GroupBackend,
  SCALAR_BYTES,
  type Scalars,
} from './group.js';
export { type BackendOptions, createBackend } from './select.js';
