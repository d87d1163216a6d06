// SPDX-License-Identifier: Apache-2.0
/**
 * What differs between runtimes: random numbers, and workers that read rows and search a plan. Without `node:` imports,
 * so that it runs anywhere; prints its results as JSON.
 */

import { numberingPlan, reverse } from 'veilmatch/attack';
import { createBackend, randomScalar } from 'veilmatch/group';
import { reversiblePlain } from 'veilmatch/hashing';
import { identifiersFromRows } from 'veilmatch/identifiers';
import { intersect } from 'veilmatch/psi';

const { size, matches } = await intersect(['ada', 'grace', 'ada'], ['ada', 'edsger']);

// More rows than one thread reads alone.
const rows = Array.from({ length: 25_000 }, (_, i) => ({
  phone: `(415) ${200 + (i % 800)}-${String(i % 10_000).padStart(4, '0')}`,
  email: `Customer${i}@Example.com`,
}));
const read = await identifiersFromRows([...rows, { phone: 'none' }], { country: 'US', concurrency: 2 });
const alone = await identifiersFromRows([...rows, { phone: 'none' }], { country: 'US', concurrency: 1 });

const plan = numberingPlan('US', { areaCodes: ['41555'] });
const number = plan.at(plan.size - 1);
const recovered = [];
const search = reverse([reversiblePlain().token(number)], { plan, concurrency: 2 });
for await (const { identifier } of search) recovered.push(identifier);

const scalars = new Uint8Array(2000 * 32);
for (let i = 0; i < 2000; i++) scalars.set(randomScalar(), 32 * i);
const threads = await createBackend({ concurrency: 2 });
const thread = await createBackend({ concurrency: 1 });
const multiples = await threads.multiplyBase(scalars);
const sameMultiples = multiples.join() === (await thread.multiplyBase(scalars)).join();
await threads.dispose();

console.log(
  JSON.stringify({
    constantTime: threads.constantTime,
    sameMultiples,
    size,
    matches,
    elements: read.set.size,
    sameAsAlone:
      read.set.size === alone.set.size && read.set.elements.bytes.join() === alone.set.elements.bytes.join(),
    rejected: read.rejected,
    recovered: recovered.length === 1 && recovered[0] === number,
    candidates: (await search.summary).candidates === plan.size,
  }),
);
