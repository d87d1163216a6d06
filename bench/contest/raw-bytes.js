// SPDX-License-Identifier: Apache-2.0
/**
 * How long the messages of @openmined/psi.js, Raw, are at a size at which its group operations would take half an hour:
 * its own serializer, on as many elements of the length of its own. Lengths do not depend on what is in the elements.
 */

import { peer } from './peers.js';

const POINT_BYTES = 33;

/** @param {number} size @returns {Promise<number>} bytes per element, of all messages of a balanced run */
export async function rawBytesPerElement(size) {
  const psi = await peer('@openmined/psi.js')();
  const elements = Array.from({ length: size }, () => new Uint8Array(POINT_BYTES));
  const request = new psi.request();
  request.setRevealIntersection(true);
  request.setEncryptedElementsList(elements);
  const response = new psi.response();
  response.setEncryptedElementsList(elements);
  // The set-up in Raw is a list of elements, too, within one more field: a tag and a length.
  const list = response.serializeBinary().length;
  return (request.serializeBinary().length + 2 * list) / size;
}
