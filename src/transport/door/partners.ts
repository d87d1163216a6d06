// SPDX-License-Identifier: Apache-2.0
/**
 * Partners: who may connect, by name, and what each is known by. Budgets, places and stored runs belong to the name: a
 * partner with a new token or a renewed certificate is the same partner.
 */

import { requireArray, requireBytes, requireObject, requireText } from '../../arguments.js';
import { equalBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { checkBudgets, checkPolicy } from '../../policy/policy.js';
import type { Budget, Policy } from '../../psi/index.js';
import { MAX_MODE } from '../../psi/run/kind.js';
import type { Role } from '../../psi/run/suite.js';
import type { Peer } from '../channel/channel.js';
import { type RunTerms, requireRole } from '../resume/journal.js';
import { hashToken, isToken, resemblesToken } from './tokens.js';

/** The key of a certificate, whoever issued it: the SHA-256 of its SubjectPublicKeyInfo in DER, 32 bytes. */
export interface CertificateKey {
  readonly key: Uint8Array;
}

/** What an authority issues: to one subject, or, for an authority that is the partner's own, to anybody. */
export interface CertificateOfAuthority {
  /** The authority's certificate in PEM, or several. */
  readonly authority: string;
  /**
   * As RFC 4514 writes it, such as `CN=acme,O=Acme`, in a certificate that one of these has issued itself. Default: any, from
   * authorities below, too, so that the authority names the partner as a whole.
   */
  readonly subject?: string | undefined;
}

/** What a partner may run here, at an address of its own. */
export interface Offer {
  /** The end of the address, `wss://HOST/NAME`: letters, digits, and `. _ @ -`. A partner with one offer may leave it away. */
  readonly name: string;
  /** What the partner is told will be run. Default: what the listener says of all. */
  readonly mode?: number | undefined;
  /** Which party of the runs this one is. Default: what the listener says of all. */
  readonly role?: Role | undefined;
  /** What its runs are kept under where they are kept. Default: what the store says of all. */
  readonly terms?: RunTerms | undefined;
  /** In place of the partner's. The listener does not look at it, nor at what follows. */
  readonly policy?: Policy | undefined;
  /** What a file says of it besides: for whoever runs it. */
  readonly settings?: Readonly<Record<string, OfferSetting>> | undefined;
}

/** A value in a file of partners. */
export type OfferSetting = string | number | boolean | readonly string[];

/** Somebody who may connect. */
export interface Partner {
  /** What logs and budgets call it: up to 64 letters, digits, and `. _ @ -`. */
  readonly name: string;
  /** Of each token what `hashToken` makes of it, 32 bytes. */
  readonly tokens?: readonly Uint8Array[] | undefined;
  /** Certificates that are as good as a token. */
  readonly certificates?: readonly (CertificateKey | CertificateOfAuthority)[] | undefined;
  /** What this partner may ask for. The listener does not look at it: it is handed on by `policyOf`. */
  readonly policy?: Policy | undefined;
  /** All that it may run. Default: what the listener is for, at the address without a name. */
  readonly offers?: readonly Offer[] | undefined;
}

/** All of them. */
export interface Partners {
  readonly partners: readonly Partner[];
  /** What all of them may use together. Default: any amount. */
  readonly all?: { readonly budgets: readonly Budget[] } | undefined;
}

const NAME = /^[\w.@-]{1,64}$/;
const WRONG_NAME = 'must have 1 to 64 letters, digits, and . _ @ - and no spaces, and be no token.';

/** Whether logs and budgets can call somebody this. A token in the wrong place would be repeated by both. */
export function isPartnerName(name: string): boolean {
  return NAME.test(name) && !resemblesToken(name);
}

/**
 * What a ledger calls the account of a partner.
 * @example
 * ```ts
 * import { partnerId } from 'veilmatch/transport';
 *
 * console.log(partnerId('acme')); // → partner:acme
 * ```
 */
export function partnerId(name: string): string {
  requireText(name, 'The name');
  return `partner:${name}`;
}

/** What a channel calls a partner. */
export function peerOf({ name }: Partner): Peer {
  return { id: partnerId(name), name };
}

/**
 * The policy of the partner of this name, if it has one of its own.
 * @example
 * ```ts
 * import { policyOf } from 'veilmatch/transport';
 *
 * const partners = [{ name: 'acme', policy: { largestSet: 1000, budgets: [] } }];
 * console.log(policyOf(partners, 'acme')?.largestSet, policyOf(partners, 'other')); // → 1000 undefined
 * ```
 */
export function policyOf(partners: readonly Partner[], name: string): Policy | undefined {
  requireArray(partners, 'The partners');
  for (const partner of partners) requireObject(partner, 'A partner');
  return partners.find((partner) => partner.name === name)?.policy;
}

/** What an address may end in, behind the slash. */
export function isOfferPath(path: string): boolean {
  return path === '' || NAME.test(path);
}

/**
 * What a partner asks for.
 * @param path - of its address, behind the slash
 * @returns undefined for what the listener is for, where the partner has no offers of its own; `none` for what it was not offered
 */
export function offerAt({ offers }: Pick<Partner, 'offers'>, path: string): Offer | undefined | 'none' {
  if (offers === undefined) return path === '' ? undefined : 'none';
  if (path === '' && offers.length === 1) return offers[0];
  return offers.find(({ name }) => name === path) ?? 'none';
}

/** The partner that shows this token. Takes the same time for every one of them and for none. */
export function partnerOfToken(token: string, partners: readonly Partner[]): Partner | undefined {
  if (!isToken(token)) return undefined;
  const hash = hashToken(token);
  let found: Partner | undefined;
  for (const partner of partners) {
    for (const known of partner.tokens ?? []) if (equalBytes(known, hash)) found = partner;
  }
  return found;
}

/** A fault of a list of partners: where, as in `partners[2].tokens[0]`, and what. */
export class PartnerFault extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * That every partner can be told from every other.
 * @throws {VeilmatchError} `argument`, with the place
 */
export function checkPartners(partners: readonly Partner[]): void {
  requireArray(partners, 'The partners');
  for (const [i, partner] of partners.entries()) {
    requireObject(partner, `partners[${i}]`);
    requireText(partner.name, `partners[${i}].name`);
    const { tokens = [], certificates = [] } = partner;
    requireArray(tokens, `partners[${i}].tokens`);
    for (const [j, hash] of tokens.entries()) requireBytes(hash, `partners[${i}].tokens[${j}]`);
    requireArray(certificates, `partners[${i}].certificates`);
    for (const [j, one] of certificates.entries()) requireObject(one, `partners[${i}].certificates[${j}]`);
    if (partner.offers !== undefined) checkOffers(partner.offers, `partners[${i}].offers`);
  }
  try {
    findFault(partners);
  } catch (error) {
    if (!(error instanceof PartnerFault)) throw error;
    throw new VeilmatchError('argument', `${error.path} ${error.message}`, { cause: error });
  }
}

/** @throws {VeilmatchError} `argument` */
function checkOffers(offers: readonly Offer[], at: string): void {
  requireArray(offers, at);
  for (const [i, offer] of offers.entries()) {
    requireObject(offer, `${at}[${i}]`);
    requireText(offer.name, `${at}[${i}].name`);
    if (offer.mode !== undefined) requireMode(offer.mode);
    if (offer.role !== undefined) requireRole(offer.role);
  }
}

/** @throws {VeilmatchError} `argument` */
export function requireMode(mode: unknown): void {
  if (Number.isInteger(mode) && (mode as number) >= 0 && (mode as number) <= MAX_MODE) return;
  throw new VeilmatchError(
    'argument',
    `The option mode must be that of a protocol, such as intersection.mode: a whole number up to ${MAX_MODE}.`,
  );
}

/** @throws {PartnerFault} */
export function findFault(partners: readonly Partner[]): void {
  const taken = new Map<string, string>();
  /** Said of the second of two that are the same: it would not be clear who has come. */
  const claim = (what: string, path: string): void => {
    const other = taken.get(what);
    if (other !== undefined) throw new PartnerFault(path, `is the same as ${other}.`);
    taken.set(what, path);
  };
  for (const [i, { name, tokens = [], certificates = [], policy, offers = [] }] of partners.entries()) {
    const at = `partners[${i}]`;
    if (!isPartnerName(name)) {
      throw new PartnerFault(`${at}.name`, WRONG_NAME);
    }
    claim(`name ${name}`, `${at}.name`);
    for (const [j, hash] of tokens.entries()) {
      const path = `${at}.tokens[${j}]`;
      if (hash.length !== 32) throw new PartnerFault(path, 'must be a SHA-256 of 32 bytes.');
      claim(`token ${hash}`, path);
    }
    for (const [j, certificate] of certificates.entries()) {
      const path = `${at}.certificates[${j}]`;
      if ('key' in certificate && certificate.key.length !== 32) {
        throw new PartnerFault(`${path}.key`, 'must be a SHA-256 of 32 bytes.');
      }
      if ('key' in certificate) claim(`key ${certificate.key}`, path);
      else
        for (const one of blocksOf(certificate.authority))
          claim(`${certificate.subject ?? '*'} of ${one}`, path);
    }
    checkPolicyAt(`${at}.policy`, policy);
    for (const [j, offer] of offers.entries()) {
      const path = `${at}.offers[${j}]`;
      if (!isPartnerName(offer.name)) throw new PartnerFault(`${path}.name`, WRONG_NAME);
      claim(`offer ${offer.name} of ${i}`, `${path}.name`);
      checkPolicyAt(`${path}.policy`, offer.policy);
    }
  }
}

/** What tells one certificate from another in PEM: a bundle is claimed one by one. */
function blocksOf(pem: string): Set<string> {
  return new Set(pem.replace(/\s+/g, '').match(/-----BEGIN[^-]*-----[^-]*-----END/g) ?? []);
}

function checkPolicyAt(path: string, policy: Policy | undefined): void {
  try {
    if (policy !== undefined) checkPolicy(policy);
  } catch (error) {
    throw new PartnerFault(path, `is no policy: ${(error as Error).message}`);
  }
}

/** @throws {PartnerFault} */
export function checkAll(value: unknown): readonly Budget[] {
  try {
    return checkBudgets(value);
  } catch (error) {
    // Said of a policy's budgets, which these are none of.
    const message = (error as Error).message.replace(/^A policy needs budgets: a list/, 'a list is needed');
    throw new PartnerFault('all.budgets', `is wrong: ${message.replaceAll(' in a policy', '')}`);
  }
}
