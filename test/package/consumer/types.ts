// SPDX-License-Identifier: Apache-2.0
/** A user's TypeScript: the types of every subpath as they come out of the package, and mistakes that they catch. */

import { type ErrorCode, type Row, intersect as sameIntersect, VeilmatchError } from 'veilmatch';
import { type Knowledge, numberingPlan, type Recovered, reverse, type Transcript } from 'veilmatch/attack';
import { compare, type MatchOutcome, type ProtocolReport, protocols } from 'veilmatch/compare';
import { ByteList, createBackend, type GroupBackend, type RandomSource } from 'veilmatch/group';
import { campaignKey, type Hasher, joinTokens, keyed, SCRYPT, type SlowCost } from 'veilmatch/hashing';
import {
  type HashedRows,
  hashRows,
  type Identifier,
  type IdentifierSet,
  identifiersFromRows,
  type ProfileName,
  profiles,
  type RejectedRow,
} from 'veilmatch/identifiers';
import {
  type Blinding,
  generateKeyPair,
  OPRFClient,
  OPRFServer,
  ristretto255Sha512,
  type Suite,
  VOPRFClient,
} from 'veilmatch/oprf';
import { cardinality, intersect, intersection, type PsiMachine } from 'veilmatch/psi';
import {
  type Channel,
  connect,
  type Listener,
  listen,
  type ReceivedResult,
  receive,
  send,
} from 'veilmatch/transport';

const rows: readonly Row[] = [{ phone: '+1 415 555 0123', email: 'ada@example.com' }];

export async function match(theirs: IdentifierSet): Promise<readonly Row[]> {
  const { set, rejected } = await identifiersFromRows(rows, { country: 'US', match: 'any' });
  const codes: ErrorCode[] = rejected.map((row: RejectedRow) => row.code);
  if (codes.includes('empty')) return [];
  const result = await intersect(set, theirs, { reveal: 'intersection' });
  return result.select(rows);
}

export async function count(a: readonly string[], b: readonly string[]): Promise<number> {
  const result = await sameIntersect(a, b, { reveal: 'cardinality' });
  // @ts-expect-error - a cardinality tells nothing of rows
  result.matches;
  return result.size;
}

export async function sender(set: IdentifierSet, random: RandomSource): Promise<PsiMachine<unknown>> {
  const backend: GroupBackend = await createBackend({ backend: 'noble' });
  return intersection.sender.machine({ set }, { backend, random });
}

export function tokens(name: ProfileName, key: Uint8Array): number {
  const { token }: { token: string } = profiles.uid2.email('ada@example.com');
  const hashed: HashedRows = hashRows(rows, { profile: name === 'meta' ? 'meta' : 'uid2', country: 'US' });
  const hasher: Hasher = keyed({ key: campaignKey(key, 'spring') });
  const cost: SlowCost = SCRYPT;
  // @ts-expect-error - no such platform
  hashRows(rows, { profile: 'nobody' });
  return joinTokens([token, hasher.token(cost.function)], [hashed.tokens[0]?.token ?? '']).size;
}

export async function recover(targets: readonly string[]): Promise<Recovered[]> {
  const plan = numberingPlan('US', { areaCodes: ['415'] });
  const found: Recovered[] = [];
  for await (const recovered of reverse(targets, { plan })) found.push(recovered);
  // @ts-expect-error - there is nothing to search without a plan
  reverse(targets, {});
  return found;
}

export async function all(a: IdentifierSet, b: IdentifierSet): Promise<ProtocolReport[]> {
  const reports: ProtocolReport[] = [];
  const plan = numberingPlan('US', { types: ['MOBILE'] });
  for await (const report of compare(a, b, { protocols, plan })) reports.push(report);
  const outcome: MatchOutcome | undefined = await protocols[0]?.run(a, b);
  const transcript: Transcript | undefined = outcome?.views.outsider.transcript;
  const knowledge: Knowledge = { salts: [new Uint8Array(16)] };
  return transcript && knowledge.salts ? reports : [];
}

export async function serve(set: IdentifierSet): Promise<Listener> {
  const listener = await listen({
    partners: [{ name: 'partner', tokens: [new Uint8Array(32)] }],
    mode: cardinality.mode,
  });
  for await (const channel of listener) {
    const name: string = channel.peer.name;
    if (name === 'partner') await send(channel, set, { reveal: 'cardinality' });
  }
  return listener;
}

export async function ask(set: IdentifierSet): Promise<ReceivedResult> {
  const channel: Channel = await connect('wss://partner.example:8443', { token: 'of a file' });
  const result = await receive(channel, set);
  // @ts-expect-error - no rows where only the cardinality is revealed
  result.matches.length;
  return result;
}

export async function evaluate(inputs: ByteList, backend: GroupBackend): Promise<Uint8Array> {
  const suite: Suite = ristretto255Sha512(backend);
  const { secretKey, publicKey } = await generateKeyPair(suite);
  const client = new OPRFClient(suite);
  const blinding: Blinding = await client.blind(inputs);
  const evaluation = await new OPRFServer(suite, secretKey).blindEvaluate(blinding.blindedElements);
  // @ts-expect-error - an answer without a proof is none for a client that verifies
  new VOPRFClient(suite, publicKey).finalize(inputs, blinding, evaluation);
  return client.finalize(inputs, blinding, evaluation);
}

export const identifier: Identifier = { kind: 'phone', text: '+14155550123' };
export const list: ByteList = ByteList.from([new Uint8Array(1)]);

try {
  await match(new Map() as never);
} catch (error) {
  if (error instanceof VeilmatchError && error.code === 'incompatible-lists') throw error;
  // @ts-expect-error - no such code
  if (error instanceof VeilmatchError && error.code === 'no-such-code') throw error;
}
