// What any exporter in Node.js with two lanes holds before it does anything: express for HTTP, gzip, and two threads with
// koffi. It answers on the port that it prints, and ends with its input.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import express from 'express';

const body = Buffer.alloc(50_000, 'corosync ');
const server = express()
  .get('/', (_, response) => response.set('content-encoding', 'gzip').send(gzipSync(body)))
  .listen(0, '127.0.0.1', () => console.log(server.address().port));
const lane = "import('koffi').then(() => setInterval(() => {}, 1000))";
await Promise.all([1, 2].map(() => once(new Worker(lane, { eval: true }), 'online')));
process.stdin.on('end', () => process.exit()).resume();
