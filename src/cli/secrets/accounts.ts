// SPDX-License-Identifier: Apache-2.0
/**
 * Accounts by JSON Web Tokens (RFC 7519) of a service that knows its users: signed by a key of its set (RFC 7517), by an algorithm
 * that was named, for this server, and not over. Whose token it is, issuer and subject together say; a hash of the two is all that is
 * kept or told.
 */

import { createHash } from 'node:crypto';
import { InvalidArgumentError, Option } from 'commander';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { VeilmatchError } from '../../errors.js';
import { placeName } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import { isLoopback, MAX_ADDRESS } from '../../transport/door/address.js';
import { isSignedToken } from '../../transport/door/tokens.js';
import type { ListenOptions } from '../../transport/index.js';
import { readSmall } from './secrets.js';

export interface AccountFlags {
  readonly jwks?: string;
  readonly jwtAudience?: string;
  readonly jwtIssuer?: string;
  readonly jwtAlgorithms: readonly string[];
}

/** Signatures: with what anybody can check, nobody can sign. Those of a shared key (HS256) are none of them. */
const ALGORITHMS: readonly string[] = [
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  ...['PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'],
];
const DEFAULT_ALGORITHMS: readonly string[] = ['ES256', 'EdDSA'];

export function accountOptions(): Option[] {
  return [
    new Option(
      '--jwks <FILE or URL>',
      'the public keys of a service that signs JSON Web Tokens for its users, who are accounts then: a JSON Web Key Set',
    ),
    new Option('--jwt-audience <NAME>', 'with --jwks: whom a token has to be for (aud)'),
    new Option(
      '--jwt-issuer <NAME>',
      'with --jwks: who has to have issued it (iss; default: anybody with one of the keys)',
    ),
    new Option('--jwt-algorithms <LIST>', 'with --jwks: by which algorithms it may be signed')
      .argParser(parseAlgorithms)
      .default(DEFAULT_ALGORITHMS, DEFAULT_ALGORITHMS.join(',')),
  ];
}

function parseAlgorithms(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => ALGORITHMS.includes(name))) return names;
  throw new InvalidArgumentError(`Give some of ${ALGORITHMS.join(', ')}, with commas between them.`);
}

/**
 * Who shows a token, for `listen`.
 * @param onUnavailable told that the keys cannot be had at the moment
 * @returns undefined where no service is named
 * @throws {VeilmatchError} `argument`, `io`, `bad-file`
 */
export async function openAccounts(
  { jwks, jwtAudience: audience, jwtIssuer: issuer, jwtAlgorithms }: AccountFlags,
  io: Io,
  onUnavailable: () => void,
): Promise<ListenOptions['accounts']> {
  if ((jwks === undefined) !== (audience === undefined) || (jwks === undefined && issuer !== undefined)) {
    throw new VeilmatchError(
      'argument',
      'Tokens of a service need both --jwks, for its keys, and --jwt-audience, so that tokens for other servers are not taken.',
    );
  }
  if (jwks === undefined || audience === undefined) return undefined;
  const keys = await keysOf(jwks, io);
  const checks = {
    ...{ audience, algorithms: [...jwtAlgorithms], requiredClaims: ['exp', 'iss', 'sub'] },
    ...(issuer !== undefined && { issuer }),
  };
  return async (credential) => {
    if (!isSignedToken(credential)) return undefined;
    try {
      const { payload } = await jwtVerify(credential, keys, checks);
      const { iss, sub } = payload;
      return iss && sub ? accountOf(iss, sub) : undefined;
    } catch (error) {
      if (!isOfToken(error)) onUnavailable();
      return undefined;
    }
  };
}

/** What is wrong with a token, and not with where its keys come from. */
function isOfToken(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  return error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
}

/** @param iss - issuer @param sub - subject, which may be somebody's address */
function accountOf(iss: string, sub: string): { readonly id: string; readonly name: string } {
  const hash = createHash('sha256')
    .update(JSON.stringify([iss, sub]))
    .digest('hex');
  return { id: `account:${hash}`, name: `account:${hash.slice(0, 16)}` };
}

async function keysOf(place: string, io: Io): Promise<JWTVerifyGetKey> {
  if (/^https?:/i.test(place)) return createRemoteJWKSet(checkedPlace(place));
  const text = (await readSmall(place, io)).toString('utf8');
  try {
    return createLocalJWKSet(JSON.parse(text));
  } catch (cause) {
    throw new VeilmatchError('bad-file', `${placeName(place)} is no JSON Web Key Set: {"keys": [...]}.`, {
      cause,
    });
  }
}

/** @throws {VeilmatchError} `argument` */
function checkedPlace(text: string): URL {
  const url = text.length <= MAX_ADDRESS && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || (url !== undefined && isLoopback(url.hostname))) return url;
  throw new VeilmatchError(
    'argument',
    '--jwks needs a file or an https address: whoever changes the keys on the way lets anybody in.',
  );
}
