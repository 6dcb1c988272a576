// Loaded before the program, in each of its threads (NODE_OPTIONS=--require), to make its surroundings faulty on demand.
// What is asked for is in the JSON file that the environment variable FAULTY names:
//   throws  text of the exception that quorum_getquorate ends in
//   clock   seconds that the wall clock is wrong by; the monotonic one stays
//   adds    what each 64-bit statistic of corosync is larger by, as decimal text
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { isMainThread } = require('node:worker_threads');

function asked() {
  try {
    return JSON.parse(readFileSync(process.env.FAULTY, 'utf8'));
  } catch {
    return {}; // nothing is asked for, or it is being written
  }
}

const RealDate = Date;
const now = () => RealDate.now() + 1000 * (asked().clock ?? 0);
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [now()] : parts));
  }
  static now() {
    return now();
  }
};

// The lanes alone use corosync's libraries.
if (!isMainThread) {
  const program = join(__dirname, '../../../dist/src/corosync/index.js');
  import(pathToFileURL(program).href).then(({ Quorum, Cmap }) => {
    around(Quorum.prototype, 'getquorate', (call) => {
      const { throws } = asked();
      if (throws !== undefined) throw new TypeError(throws);
      return call();
    });
    around(Cmap.prototype, 'get', (call, key) => {
      const value = call();
      if (typeof value !== 'bigint' || !key.startsWith('stats.')) return value;
      return value + BigInt(asked().adds ?? 0);
    });
  });
}

function around(prototype, name, replacement) {
  const original = prototype[name];
  prototype[name] = function (...args) {
    return replacement(() => original.apply(this, args), ...args);
  };
}
