// SPDX-License-Identifier: Apache-2.0
/** The blinds of a large batch are inverted part by part, with a turn of the event loop between two parts. */

import { describe, expect, it } from 'vitest';
import { ByteList, u32 } from '../../src/bytes.js';
import { OPRFClient, OPRFServer, ristretto255Sha512, type Suite } from '../../src/oprf/index.js';
import { expectCode } from '../suites/errors.js';
import { someScalars } from '../suites/group-backend.js';
import { toyGroup } from '../support/toy-group.js';

const SIZE = 5_000;
const inputs = ByteList.from(Array.from({ length: SIZE }, (_, i) => u32(i)));

describe('taking blinds off a large batch', () => {
  const real = ristretto255Sha512(toyGroup(() => {}));

  it('inverts at most 1,024 of them between two turns of the event loop', async () => {
    let [inverted, sinceTurn, most] = [0, 0, 0];
    const suite: Suite = {
      ...real,
      scalars: {
        ...real.scalars,
        invert(scalars) {
          inverted += scalars.length / 32;
          sinceTurn += scalars.length / 32;
          most = Math.max(most, sinceTurn);
          return real.scalars.invert(scalars);
        },
      },
    };
    const client = new OPRFClient(suite);
    const server = new OPRFServer(suite, someScalars(1));
    const blinding = await client.blind(inputs);
    const answer = await server.blindEvaluate(blinding.blindedElements);
    let running = true;
    const tick = (): void => {
      sinceTurn = 0;
      if (running) setImmediate(tick);
    };
    setImmediate(tick);
    const outputs = await client.finalize(inputs, blinding, answer);
    running = false;
    expect(inverted).toBe(SIZE);
    expect(most).toBeLessThanOrEqual(1_024);
    expect(outputs).toEqual(await server.evaluate(inputs));
  });

  it('tells which blind is none by its place in the whole batch', async () => {
    const client = new OPRFClient(real);
    const blinding = await client.blind(inputs);
    const answer = { evaluatedElements: blinding.blindedElements };
    blinding.blinds.fill(0, 4_000 * 32, 4_001 * 32);
    const error = await expectCode('bad-scalar', () => client.finalize(inputs, blinding, answer));
    expect(error).toMatchObject({ position: 4_000, message: expect.stringMatching(/^Scalar 4000 /) });
  });
});
