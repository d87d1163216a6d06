// SPDX-License-Identifier: Apache-2.0
/** The built package on two threads: batches that are spread over them. */

import { ByteList, createBackend } from 'veilmatch/group';
import { generateKeyPair, ristretto255Sha512, VOPRFClient, VOPRFServer } from 'veilmatch/oprf';
import { expect, test } from 'vitest';

test('a batch that is spread over threads is proved, verified and finalized', async () => {
  const backend = await createBackend({ backend: 'integer', concurrency: 2 });
  try {
    const suite = ristretto255Sha512(backend);
    const { secretKey, publicKey } = await generateKeyPair(suite);
    const [server, client] = [new VOPRFServer(suite, secretKey), new VOPRFClient(suite, publicKey)];
    const inputs = ByteList.from(Array.from({ length: 1500 }, (_, i) => Uint8Array.of(i >> 8, i)));
    const blinding = await client.blind(inputs);
    const evaluation = await server.blindEvaluate(blinding.blindedElements);
    const outputs = await client.finalize(inputs, blinding, evaluation);
    const alone = ristretto255Sha512(await createBackend({ backend: 'integer', concurrency: 1 }));
    expect(outputs).toEqual(await new VOPRFServer(alone, secretKey).evaluate(inputs));

    const { evaluatedElements } = evaluation;
    evaluatedElements.set(evaluatedElements.slice(0, 32), 1400 * 32);
    await expect(client.finalize(inputs, blinding, evaluation)).rejects.toMatchObject({ code: 'bad-proof' });
  } finally {
    await backend.dispose();
  }
});
