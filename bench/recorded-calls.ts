import { loadConfig } from '../exporter/config.ts';
import { monitorOptions } from '../exporter/exporter.ts';
import type { Bindings } from '../src/corosync/bindings.ts';
import { createBindings } from '../src/corosync/index.ts';
import { clusterOf } from '../src/monitor/configuration.ts';
import type { Lane } from '../src/monitor/connector.ts';
import { HeldMark } from '../src/monitor/held.ts';
import type { LaneEvent } from '../src/monitor/lane-protocol.ts';
import { ofOurOwn } from '../src/monitor/read-clients.ts';
import { Services } from '../src/monitor/services.ts';
import { VotequorumProbe } from '../src/monitor/votequorum.ts';

/** Steps after which everything is connected and read that is read once. */
const SETTLE = 5;
/** Between two of them, in milliseconds: as if they were scrapes that follow each other closely. */
const BETWEEN = 200;
/** Before the last two: after it no membership is new. */
const LATER = 60_000;

/**
 * The calls into corosync that the lanes make for one scrape with the default configuration, `LIBRARY METHOD ARGUMENT`
 * each: made for real, by the lanes' own code, on the node whose network the calling thread is in. The connections of
 * the process `exporter` are those of the exporter that makes them.
 */
export function recordCalls(exporter: number): string[] {
  const calls: string[] = [];
  // Joining our group is no part of a scrape, and the exporter that is measured would see us come and go.
  const defaults = monitorOptions(loadConfig(undefined));
  const options = { ...defaults, cpg: { ...defaults.cpg, join: false } };
  let time = 0;
  let nodeids: readonly number[] = [];
  const post = (event: LaneEvent) => {
    if (event.kind === 'configuration') {
      nodeids = clusterOf(event.configuration.keys).nodes.map(({ nodeid }) => nodeid);
    }
    if (event.kind === 'area' && event.error !== undefined) throw new Error(`${event.area}: ${event.error}`);
  };
  const lane: Lane = { held: new HeldMark(HeldMark.allocate()), now: () => time, readUntil: Infinity, post };
  const bindings = recording(createBindings(), (call) => calls.push(call));
  const services = new Services(bindings, options, lane);
  const votequorum = new VotequorumProbe(bindings, options, lane);
  votequorum.allowed = true;
  try {
    for (let step = 0; step < SETTLE; step += 1) {
      time += step === SETTLE - 2 ? LATER : BETWEEN;
      calls.length = 0;
      services.step();
      services.read();
      votequorum.step();
      votequorum.read(nodeids);
    }
    const ownFields = new RegExp(`\\.(${ofOurOwn.join('|')})$`);
    // Those of this process are gone when the calls are made again.
    return calls.filter(
      (call) => !call.includes(`.${process.pid}.`) && (!call.includes(`.${exporter}.`) || ownFields.test(call)),
    );
  } finally {
    votequorum.close();
    services.close();
  }
}

/** The same bindings; each call is told before it is made. */
function recording(bindings: Bindings, tell: (call: string) => void): Bindings {
  return new Proxy(bindings, {
    get(target, library) {
      const service: unknown = Reflect.get(target, library);
      if (typeof service !== 'object' || service === null || !('connect' in service)) return service;
      const { connect } = service as { connect: () => object };
      return { ...service, connect: () => recordingApi(connect(), (method) => tell(`${String(library)} ${method}`)) };
    },
  });
}

function recordingApi<Api extends object>(api: Api, tell: (call: string) => void): Api {
  return new Proxy(api, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        tell([name, ...args].map(String).join(' '));
        return member.apply(target, args);
      };
    },
  });
}
