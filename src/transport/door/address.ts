// SPDX-License-Identifier: Apache-2.0
/** Addresses: which of them stay on this machine, which may be connected to, and which name a request asks for. */

import { VeilmatchError } from '../../errors.js';

/**
 * A longer text is no address: what makes a URL of it maps its name (UTS 46) and encodes it (RFC 3492), by up to the square of
 * its length.
 */
export const MAX_ADDRESS = 2048;

/** Whether what is sent there stays on this machine. `0.0.0.0` and `::` do not. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

/** A name of 253 characters, and a port: to parse what is longer takes the square of its length. */
const MAX_HOST_HEADER = 260;

/** The name or address in a request's Host header, without a port or brackets; undefined for what is none. */
export function hostOf(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_HOST_HEADER || !URL.canParse(`ws://${header}`))
    return undefined;
  return new URL(`ws://${header}`).hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * @returns the address to connect to
 * @throws {VeilmatchError} `argument`, without repeating it: an address may hold what somebody believed to be a secret
 */
export function checkedUrl(text: string): URL {
  if (text.length > MAX_ADDRESS) {
    throw new VeilmatchError('argument', `The address has more than ${MAX_ADDRESS} characters.`);
  }
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new VeilmatchError(
      'argument',
      'The address is no URL. Give one such as wss://partner.example:8443.',
    );
  }
  if (url.protocol !== 'wss:' && url.protocol !== 'ws:') {
    throw new VeilmatchError(
      'argument',
      'The address must begin with wss://, or with ws:// on this machine.',
    );
  }
  if (url.protocol === 'ws:' && !isLoopback(url.hostname)) {
    throw new VeilmatchError(
      'argument',
      'ws:// would send the token and the sizes in clear over a network. Use wss://.',
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new VeilmatchError(
      'argument',
      'The address must have no user, password, query or fragment: addresses are logged. A token comes from a file.',
    );
  }
  return url;
}
