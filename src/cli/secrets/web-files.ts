// SPDX-License-Identifier: Apache-2.0
/** Files over HTTP, as `fetch` gives them, with authorities of one's own: the platform's `fetch` takes none. */

import { request as plainly } from 'node:http';
import { request as overTls } from 'node:https';
import { Readable } from 'node:stream';

const CONNECT_MS = 15_000;

/**
 * What `fetchPublishedSet` takes as `fetch`. Sends from one address to another are not followed.
 * @param ca authorities to trust in place of the platform's, in PEM
 * @param idleSeconds without a byte, after which a download is given up
 */
export function fetchWith(
  ca: string | undefined,
  idleSeconds: number,
): (url: string, init: RequestInit) => Promise<Response> {
  return (url, { headers, signal }) =>
    new Promise((resolve, reject) => {
      const ask = url.startsWith('https:') ? overTls : plainly;
      const asking = ask(
        url,
        {
          headers: { ...(headers as Record<string, string>), connection: 'close' },
          // Said, because the environment may say otherwise: who is asked first is believed.
          ...{ rejectUnauthorized: true, timeout: CONNECT_MS },
          ...(ca !== undefined && { ca }),
          ...(signal && { signal }),
        },
        (answer) => {
          answer.setTimeout(idleSeconds * 1000, () =>
            answer.destroy(new Error('Nothing has come for too long.')),
          );
          const { statusCode: status = 502, headers: given } = answer;
          // What has no body may not be given one.
          const empty = [204, 205, 304].includes(status) || status < 200;
          if (empty) answer.resume();
          const body = empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
          const told = Object.entries(given).flatMap(([name, value]) =>
            typeof value === 'string' ? [[name, value] as [string, string]] : [],
          );
          resolve(new Response(body, { status: status < 200 ? 502 : status, headers: told }));
        },
      );
      asking.on('timeout', () => asking.destroy(new Error('Nobody answers.')));
      asking.on('error', reject);
      asking.end();
    });
}
