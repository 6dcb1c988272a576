// Loaded into the exporter before it starts (node --import), to see where a scrape's time goes. Notes, in each thread,
// when a scrape passes a point, and writes the notes to a file of $BENCH_TRACE at the thread's end. With
// BENCH_TRACE_NATIVE=1 each call into a library is timed too, which slows the lanes a little.
import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread, parentPort, threadId, Worker } from 'node:worker_threads';

const folder = process.env.BENCH_TRACE;
/** [what, milliseconds of the machine's monotonic clock, which of them] */
const notes = [];
let native = { calls: 0, milliseconds: 0 };
const now = () => Number(process.hrtime.bigint()) / 1e6;
const note = (what, which) => notes.push([what, now(), which]);

if (isMainThread) traceMain();
else traceLane();
// Not of its CommonJS form, which is another module.
if (!isMainThread && process.env.BENCH_TRACE_NATIVE === '1') timeNativeCalls((await import('koffi')).default);

process.on('exit', () => {
  mkdirSync(folder, { recursive: true });
  const thread = isMainThread ? 'main' : `lane-${threadId}`;
  writeFileSync(
    join(folder, `${thread}.json`),
    JSON.stringify({ tid: Number(readlinkSync('/proc/thread-self').split('/').pop()), notes }),
  );
});

function traceMain() {
  const { Registry } = createRequire(process.argv[1])('prom-client');
  around(Server.prototype, 'emit', (emit, self, args) => {
    if (args[0] === 'request') note('request');
    return emit.apply(self, args);
  });
  around(ServerResponse.prototype, 'emit', (emit, self, args) => {
    if (args[0] === 'finish') note('finish');
    return emit.apply(self, args);
  });
  around(Worker.prototype, 'postMessage', (post, self, args) => {
    if (args[0]?.kind === 'read') note('ask');
    return post.apply(self, args);
  });
  around(Worker.prototype, 'emit', (emit, self, args) => {
    if (args[0] !== 'message') return emit.apply(self, args);
    note('event');
    const result = emit.apply(self, args);
    note(args[1].kind === 'answered' ? 'answered' : 'heard');
    return result;
  });
  around(Registry.prototype, 'metrics', async (metrics, self, args) => {
    note('text');
    const text = await metrics.apply(self, args);
    note('texted');
    return text;
  });
}

function traceLane() {
  around(parentPort, 'on', (on, self, [name, listener]) => {
    const timed = (message) => {
      if (message.kind !== 'read') return listener(message);
      native = { calls: 0, milliseconds: 0 };
      note('begin');
      listener(message);
    };
    return on.call(self, name, name === 'message' ? timed : listener);
  });
  around(parentPort, 'postMessage', (post, self, args) => {
    if (args[0]?.kind === 'answered') note('end', { ...native });
    return post.apply(self, args);
  });
}

function timeNativeCalls(koffi) {
  around(koffi, 'load', (load, self, args) => {
    const library = load.apply(self, args);
    around(library, 'func', (func, _, prototype) => {
      const call = func.apply(library, prototype);
      const timed = (...values) => {
        const before = now();
        try {
          return call(...values);
        } finally {
          native.calls += 1;
          native.milliseconds += now() - before;
        }
      };
      return Object.assign(timed, { info: call.info, async: call.async });
    });
    return library;
  });
}

function around(object, name, wrapper) {
  const original = object[name];
  // Not by assignment: what koffi gives refuses it.
  const value = function (...args) {
    return wrapper(original, this, args);
  };
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
}
