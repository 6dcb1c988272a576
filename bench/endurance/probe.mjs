// Loaded into the exporter before it starts (node --import), in each of its threads: writes twice a second what only the
// inside knows into a file of the folder ENDURANCE_PROBE. It forces nothing: the heap is that after V8's own collections.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { isMainThread, threadId } from 'node:worker_threads';

const folder = process.env.ENDURANCE_PROBE;
if (folder !== undefined) {
  // koffi counts for the whole process: the main thread need not load it for this.
  const koffi = isMainThread ? undefined : (await import('koffi')).default;
  const used = () => getHeapStatistics().used_heap_size;
  let afterCollection = used();
  new PerformanceObserver((entries) => {
    const MAJOR = 4; // perf_hooks.constants.NODE_PERFORMANCE_GC_MAJOR
    if (entries.getEntries().some(({ detail }) => detail.kind === MAJOR)) afterCollection = used();
  }).observe({ entryTypes: ['gc'] });
  const write = () => {
    const inside = { time: Date.now() / 1000, used: used(), afterCollection, slots: koffi?.stats().callbacks ?? 0 };
    writeFileSync(join(folder, `${threadId}.json`), JSON.stringify(inside));
  };
  setInterval(write, 500).unref();
}
