// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/contact`: contact discovery. A server publishes what stands for its members once, and answers clients that ask
 * which of their contacts are among them.
 *
 * **What this leaks:** to the client, which contacts are members, and the number of members; to the server, the number of
 * contacts. [Choosing a protocol](../../docs/choosing-a-protocol.md) and the [threat model](../../docs/threat-model.md) say
 * it case by case; [protocol.md](../../docs/protocol.md) is the specification.
 *
 * @module veilmatch/contact
 */

export type { Filter, FilterKind } from '../filter/filter.js';
export { buildFilter, type FilterOptions, filterKinds, parseFilter } from '../filter/formats.js';
export { type DiscoverOptions, discoverContacts } from './discover.js';
export { type FetchOptions, fetchPublishedSet, type SegmentStore } from './fetch.js';
export { type PublishedFile, publishedFiles } from './files.js';
export { type HeaderPin, headerDigest, openHeader, type PublishedHeader, type Segment } from './header.js';
export {
  type ClientOwn,
  type ContactResult,
  contactDiscovery,
  type ServerOwn,
} from './protocol.js';
export {
  addSegment,
  type ContactDirectory,
  type ContactKeyOptions,
  type ContactKeys,
  generateContactKeys,
  type OpenOptions,
  openPublishedSet,
  type PublishedSet,
  type PublishOptions,
  publishSet,
} from './published.js';
export type { ContactServerResult, ServedSet } from './server.js';
export type { SetName } from './suite.js';
