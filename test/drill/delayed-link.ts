import { fileURLToPath } from 'node:url';
import type { Site } from './site.ts';

const program = fileURLToPath(new URL('delay.ts', import.meta.url));

/** Makes every packet of a node on a link so much later, in either direction; the answer undoes it. */
export function delayLink({ management }: Site, nodeid: number, link: number, milliseconds: number): () => void {
  const [port, bridge] = [`node${nodeid}-${link}`, `link${link}-0`];
  management.ip([
    'link add delay type veth peer name delayed',
    `link set delayed master ${bridge} up`,
    'link set delay up',
    `link set ${port} nomaster`,
  ]);
  const args = ['--import', 'tsx', program, port, 'delay', String(milliseconds)];
  const relay = management.spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return () => {
    relay.kill();
    management.ip([`link set ${port} master ${bridge}`, 'link del delay']);
  };
}
