import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import type { FakeServer } from './server';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const DIST = resolve(import.meta.dirname, '../../dist');

/** The built pages and a fake server behind one address, as the service has them. */
export async function serve(server: FakeServer): Promise<{ readonly url: string; close(): Promise<void> }> {
  const http = createServer(async (request, response) => {
    const url = new URL(request.url!, `http://${request.headers.host}`);
    const path = url.pathname.replace(/^\/v1\//, '');
    if (path === 'config.json')
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(config(url.origin)));
    if (!path.startsWith('api/')) return void sendFile(path, response);
    const body = await bodyOf(request);
    const answer = await server.answer({
      method: request.method!,
      url,
      headers: new Headers(request.headers as Record<string, string>),
      body: body || undefined,
    });
    if (!answer) return void request.socket.destroy();
    return response.writeHead(answer.status, [...answer.headers].flat()).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/`,
    close: () =>
      new Promise((done) => {
        http.closeAllConnections();
        http.close(() => done());
      }),
  };
}

function sendFile(path: string, response: import('node:http').ServerResponse): void {
  const name = path === '' ? 'index.html' : path === 'accept' ? 'accept.html' : path;
  const file = join(DIST, name);
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(name) || !existsSync(file)) return void response.writeHead(404).end();
  response
    .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
    .end(readFileSync(file));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const config = (origin: string) => ({
  authority: `${origin}/pool`,
  clientId: 'client',
  signInUrl: `${origin}/sign-in`,
  supportAddress: 'help@example-agency.gov.sg',
  serviceRequestUrl: 'https://go.gov.sg/techpass-sr',
  officialMasthead: false,
});
