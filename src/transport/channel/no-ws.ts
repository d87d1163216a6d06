// SPDX-License-Identifier: Apache-2.0
/**
 * What a page's bundle has in the place of `ws.ts`, which the field `browser` of package.json says: a page has WebSockets of its
 * own, listens to none, and loads neither.
 */

export {};
