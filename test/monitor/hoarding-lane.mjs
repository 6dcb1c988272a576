// A process with a lane that runs out of memory.
import { LaneThread } from '../../dist/src/monitor/lane-thread.js';

const HOARD = 3;
const cell = new SharedArrayBuffer(8);
Atomics.store(new Int32Array(cell), 0, HOARD);
new LaneThread({
  name: 'services',
  options: {
    dispatchInterval: 50,
    probeTimeout: 200,
    cpg: { join: true, probeInterval: 0 },
    reads: {},
    trafficLimit: 0,
    pidFile: '',
    simulation: { nodeid: 1, startedAt: 0, cell },
  },
  bindings: new URL('./lane-bindings.mjs', import.meta.url).href,
  log: console,
  onEvent: () => {},
  onStart: () => {},
  onEnd: () => {},
});
