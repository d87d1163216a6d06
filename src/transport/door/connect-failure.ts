// SPDX-License-Identifier: Apache-2.0
/** Why no connection came about, and what to look at. */

import type { VeilmatchError } from '../../errors.js';
import { disconnected } from '../channel/link.js';

const UNTRUSTED =
  'its certificate is of an authority that is not trusted here. Once the partner has confirmed which one it is, give it: --ca FILE, in a program tls.ca';
const UNREACHABLE = 'it cannot be reached from here. Check the address, and the firewalls between the two';
const UNKNOWN_NAME = 'no machine of that name could be found. Check the address';

const NO_PARTY = 'what is there does not answer as a party of veilmatch. It may want TLS: wss://';

/** By the codes of Node and OpenSSL. */
const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there. Check the address, and that the partner has started to serve',
  ECONNRESET: NO_PARTY,
  HPE_INVALID_CONSTANT: NO_PARTY,
  EPROTO: 'it does not speak TLS 1.3 there. On this machine a party without TLS is reached by ws://',
  ENOTFOUND: UNKNOWN_NAME,
  EAI_AGAIN: UNKNOWN_NAME,
  ETIMEDOUT: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_HAS_EXPIRED:
    "its certificate has expired, or this machine's clock is wrong. The partner has to renew it",
  CERT_NOT_YET_VALID: "its certificate is not valid yet, or this machine's clock is wrong",
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names than this one. Use a name that is in it',
};

const BY_STATUS: Readonly<Record<string, string>> = {
  403: 'it turned the request away: it does not go by this name, or the address has a path',
};

/** Browsers do not say why; Node has codes, and an HTTP status where something else answers. */
export function connectFailure(url: URL, event: unknown): VeilmatchError {
  const cause = (event as { error?: Error & { code?: string } } | undefined)?.error;
  const status = /^Unexpected server response: (\d{3})$/.exec(cause?.message ?? '')?.[1];
  const code = cause?.code ?? (status === undefined ? undefined : `HTTP status ${status}`);
  const why =
    status === undefined
      ? BY_CODE[code ?? '']
      : (BY_STATUS[status] ?? 'something else than veilmatch answers there. Check the address');
  const reason = `${code === undefined ? '' : ` (${code})`}${why === undefined ? '' : `: ${why}`}`;
  return disconnected(`Cannot connect to ${url.host}${reason}.`, cause);
}
