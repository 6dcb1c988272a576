import { connect, createServer, type Socket } from 'node:net';
import { enterNamespace } from '../cluster/enter-namespace.ts';

// A process of its own: while this thread is in a node's network, every socket that it makes is in there too.
// Arguments: PORT=NAMESPACE_PATH:PORT ... It ends with its standard input.

const wait = { turn: Promise.resolve() };

/** Connects inside a network namespace; one at a time. */
function connectIn(namespace: string, port: number): Promise<Socket> {
  const connected = wait.turn.then(() => connectNow(namespace, port));
  wait.turn = connected.then(
    () => undefined,
    () => undefined,
  );
  return connected;
}

async function connectNow(namespace: string, port: number): Promise<Socket> {
  const leave = enterNamespace(namespace);
  try {
    return await new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('connect', () => resolve(socket)).once('error', reject);
    });
  } finally {
    leave();
  }
}

for (const argument of process.argv.slice(2)) {
  const [, port, namespace, target] = /^(\d+)=(.+):(\d+)$/.exec(argument) ?? [];
  if (namespace === undefined) throw new Error(`Not PORT=NAMESPACE_PATH:PORT: ${argument}`);
  createServer((client) => {
    client.on('error', () => client.destroy());
    connectIn(namespace, Number(target)).then(
      (node) => {
        node.on('error', () => client.destroy());
        client.pipe(node).pipe(client);
      },
      () => client.destroy(),
    );
  }).listen(Number(port), '127.0.0.1');
}
process.stdin.resume().on('end', () => process.exit(0));
