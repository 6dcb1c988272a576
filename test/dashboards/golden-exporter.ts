import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';

/** Serves the exposition that has a series of every metric as an exporter would; its address, and what ends it. */
export async function serveGolden(file: string): Promise<{ address: string; server: Server }> {
  const body = readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8');
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8').end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { address: `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, server };
}
