// SPDX-License-Identifier: Apache-2.0
/**
 * Plain requests at the door of a listener, on Node: files that anybody may have, beside the WebSocket. Nobody is known behind one,
 * so there are so many at once and no more, each ends its connection, and who does not take what was asked for is cut.
 */

type Request = import('node:http').IncomingMessage;
type Response = import('node:http').ServerResponse;

/** What was asked for. */
export interface WebRequest {
  /** Such as `GET`. */
  readonly method: string;
  /** As it was sent: nothing is decoded. */
  readonly path: string;
  /** Of one header, by its name in lower case. */
  header(name: string): string | undefined;
}

/** What it is answered with. */
export interface WebAnswer {
  /** Such as 200. */
  readonly status: number;
  /** By their names; those of the connection are the listener's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: none. It is given up where the connection ends before it does. */
  readonly body?: AsyncIterable<Uint8Array> | undefined;
}

/** Answers requests that want no WebSocket. */
export type AnswerRequest = (request: WebRequest) => Promise<WebAnswer>;

/** What is asked for is given, or a page of this origin may not have it: browsers ask first where a header is unusual. */
const ALLOWED = {
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': 'if-none-match, range',
  'access-control-expose-headers': 'content-range, etag',
  'access-control-max-age': '600',
};

/**
 * Answers one request, and ends its connection.
 * @param seconds without a byte that the other end takes, after which it is given up
 */
export async function answerRequest(
  request: Request,
  response: Response,
  answer: AnswerRequest,
  seconds: number,
): Promise<void> {
  const { socket, method = '', url: path = '', headers } = request;
  const { origin } = headers;
  const ofOrigin = origin === undefined ? {} : { 'access-control-allow-origin': origin, vary: 'origin' };
  const always = { connection: 'close', 'x-content-type-options': 'nosniff', ...ofOrigin };
  socket.setTimeout(seconds * 1000, () => socket.destroy());
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  try {
    if (method === 'OPTIONS' && origin !== undefined) {
      await written(response.writeHead(204, { ...always, ...ALLOWED }), undefined);
    } else {
      const { status, headers: own, body } = await answer({ method, path, header });
      const exposed = origin === undefined ? {} : { 'access-control-expose-headers': 'content-range, etag' };
      response.writeHead(status, { 'content-length': '0', ...own, ...always, ...exposed });
      await written(response, method === 'HEAD' ? undefined : body);
    }
  } catch {
    // What has gone out cannot be taken back: that the body is short says that it is not whole.
    if (response.headersSent) socket.destroy();
    else await written(response.writeHead(500, { ...always, 'content-length': '0' }), undefined);
  }
  // What else the request may have sent is not read.
  socket.destroySoon();
}

/** Sends the body at the pace at which it is taken. */
async function written(response: Response, body: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  const { socket } = response;
  const gone = new Promise<false>((resolve) => {
    if (socket === null || socket.destroyed) resolve(false);
    else response.once('close', () => resolve(false));
  });
  for await (const chunk of body ?? []) {
    if (response.write(chunk)) continue;
    const room = new Promise<true>((resolve) => response.once('drain', () => resolve(true)));
    if (!(await Promise.race([room, gone]))) return;
  }
  await Promise.race([new Promise<void>((resolve) => response.end(resolve)), gone]);
}
