// A corosync for lanes in tests: what it does is up to the cell of shared memory that the test writes to.
// 0 answers, 1 holds its callers until it is 0 again, 2 makes the lane throw, 3 fills its memory.

const cellOf = (simulation) => new Int32Array(simulation.cell);

export function createBindings(simulation) {
  const cell = cellOf(simulation);
  const answer = (value) => {
    while (Atomics.load(cell, 0) === 1) Atomics.wait(cell, 0, 1, 50);
    if (Atomics.load(cell, 0) === 2) throw new TypeError('a bug in the lane');
    for (const all = []; Atomics.load(cell, 0) === 3; ) all.push(Array.from({ length: 1000 }, () => ({})));
    return value;
  };
  const service = (api) => ({
    load: () => ({ soname: 'libfake.so.1', features: [] }),
    connect: () => answer({ dispatch: () => ({ code: 1, events: [] }), close: () => Atomics.add(cell, 1, 1), ...api }),
  });
  return {
    simulated: true,
    quorum: service({
      model: 1,
      provider: true,
      peerPid: () => 1,
      fdGet: () => -1,
      trackstart: () => {},
      getquorate: () => answer(true),
    }),
    cpg: service({
      localGet: () => 1,
      join: () => {},
      leave: () => {},
      mcastJoined: () => {},
      waitReadable: () => false,
    }),
    cmap: service({ get: () => undefined, keys: () => [], track: () => {} }),
    votequorum: service({ getinfo: () => answer({ flags: 2 }) }),
  };
}
