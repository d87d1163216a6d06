// SPDX-License-Identifier: Apache-2.0
/** Runs the comparison off the page's own thread: slow hashes and attacks would stop it from answering. */

import { VeilmatchError } from 'veilmatch';
import { numberingPlan } from 'veilmatch/attack';
import { compare, type ProtocolId, type ProtocolReport, protocols, type Step } from 'veilmatch/compare';
import { identifiersFromRows, type Row } from 'veilmatch/identifiers';

export interface ComparisonRequest {
  readonly receiver: readonly Row[];
  readonly sender: readonly Row[];
  readonly country: string;
  readonly areaCodes: readonly string[];
  readonly protocols: readonly ProtocolId[];
  /** Seconds that one run, and one attack, may take; where that is too short, a sample is taken. */
  readonly seconds: number;
}

export type ComparisonEvent =
  | { readonly step: Step; readonly protocol: ProtocolId }
  | { readonly report: ProtocolReport }
  | { readonly lists: Readonly<Record<'receiver' | 'sender', number>>; readonly numbers: number }
  | { readonly done: true }
  | { readonly failure: string };

const post = (event: ComparisonEvent): void => globalThis.postMessage(event);

async function run(request: ComparisonRequest): Promise<void> {
  const country = request.country as 'US';
  const plan = numberingPlan(country, { areaCodes: request.areaCodes });
  const receiver = await identifiersFromRows(request.receiver, { country });
  const sender = await identifiersFromRows(request.sender, { country });
  post({ lists: { receiver: receiver.set.size, sender: sender.set.size }, numbers: plan.size });
  for await (const report of compare(receiver.set, sender.set, {
    protocols: protocols.filter(({ id }) => request.protocols.includes(id)),
    plan,
    runSeconds: request.seconds,
    attackSeconds: request.seconds,
    onStep: (protocol, step) => post({ protocol, step }),
  })) {
    post({ report });
  }
  post({ done: true });
}

globalThis.onmessage = ({ data }: MessageEvent<ComparisonRequest>) => {
  run(data).catch((error: unknown) => {
    const failure = error instanceof VeilmatchError ? error.message : 'The comparison failed.';
    post({ failure });
  });
};
