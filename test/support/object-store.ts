// SPDX-License-Identifier: Apache-2.0
/**
 * A server on this machine for lists in the web and in object stores: files under their paths, as far as DuckDB asks for them, and
 * of S3's interface what reads, lists and writes objects (https://docs.aws.amazon.com/AmazonS3/latest/API/). It looks at no
 * signature; whether there is one, and under which key, a test finds in `asked`.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

export interface ObjectStore {
  readonly port: number;
  /** By their paths: `/bucket/key`. */
  readonly files: Map<string, Buffer>;
  readonly asked: Asked[];
  /** Answers that come in place of a file, by path. */
  readonly answers: Map<string, (response: ServerResponse) => void>;
  stop(): Promise<void>;
}

export async function startObjectStore(): Promise<ObjectStore> {
  const files = new Map<string, Buffer>();
  const answers = new Map<string, (response: ServerResponse) => void>();
  const asked: Asked[] = [];
  const uploads = new Map<string, Buffer[]>();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://store');
    const body = Buffer.concat(await request.toArray());
    const { range, authorization } = request.headers;
    asked.push({ method: request.method!, path: pathname, range, authorization });
    const answer = answers.get(pathname);
    const upload = searchParams.get('uploadId');
    if (answer !== undefined) answer(response);
    else if (request.method === 'POST' && upload === null) {
      const id = String(uploads.size + 1);
      uploads.set(id, []);
      response.end(
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    } else if (request.method === 'PUT' && upload !== null) {
      uploads.get(upload)![Number(searchParams.get('partNumber')) - 1] = body;
      response.setHeader('etag', '"part"').end();
    } else if (request.method === 'PUT') {
      files.set(pathname, body);
      response.setHeader('etag', '"whole"').end();
    } else if (request.method === 'POST') {
      files.set(pathname, Buffer.concat(uploads.get(upload!)!));
      response.end('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>');
    } else if (searchParams.has('list-type')) {
      const names = [...files.keys()].map((path) => path.slice(pathname.length));
      const own = names.filter((name) => name.startsWith(searchParams.get('prefix') ?? ''));
      const contents = own.map((name) => `<Contents><Key>${name}</Key><Size>1</Size></Contents>`).join('');
      response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
    } else sendFile(files.get(pathname), request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, files, asked, answers, stop };
}

function sendFile(
  file: Buffer | undefined,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): void {
  if (file === undefined) {
    response.writeHead(404).end();
    return;
  }
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  const part = from === undefined ? file : file.subarray(Number(from), Number(to) + 1);
  response.writeHead(from === undefined ? 200 : 206, {
    ...{
      'accept-ranges': 'bytes',
      'content-length': part.length,
      etag: '"file"',
      'last-modified': new Date(0).toUTCString(),
    },
    ...(from === undefined
      ? {}
      : { 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${file.length}` }),
  });
  response.end(method === 'HEAD' ? undefined : part);
}
