import type { CfgApi } from '../corosync/bindings.ts';
import { CorosyncError, CsError } from '../corosync/cs-error.ts';
import type { Dispatched, DispatchMode, LinkStatus, NodeStatus } from '../corosync/types.ts';
import { Connection, type Site } from './connection.ts';
import { Link } from './link.ts';
import { address, type LinkNumber, linkNumbers, loopbackMtu, mtu } from './network.ts';
import { nodeids } from './script.ts';

/** As many as corosync tells of each node. */
const linksOfNode = 8;

/** The simulated libcfg. */
export class SimulatedCfg implements CfgApi {
  readonly #connection: Connection;

  constructor(site: Site) {
    this.#connection = new Connection(site, 'corosync_cfg_initialize');
  }

  nodeStatusGet(nodeid: number): NodeStatus {
    this.#connection.roundTrip('corosync_cfg_node_status_get');
    if (!nodeids.includes(nodeid)) {
      throw new CorosyncError('corosync_cfg_node_status_get', CsError.CS_ERR_FAILED_OPERATION);
    }
    const local = this.#connection.nodeid;
    const remote = nodeid !== local;
    const known = remote ? linkNumbers.map((link) => this.#linkTo(nodeid, link)) : [loopback(local)];
    return {
      nodeid,
      reachable: known.some(({ connected }) => connected),
      remote,
      external: false,
      ...{ onwireMin: 1, onwireMax: 1, onwireVersion: 1 },
      links: Array.from({ length: linksOfNode }, (_, link) => known[link] ?? notConfigured),
    };
  }

  dispatch(mode: DispatchMode): Dispatched<never> {
    return this.#connection.dispatch<never>(mode, () => []);
  }

  close(): void {
    this.#connection.close();
  }

  #linkTo(nodeid: number, link: LinkNumber): LinkStatus {
    const local = this.#connection.nodeid;
    const connected = new Link(local, nodeid, link).isConnected(this.#connection.time());
    const [source, destination] = [address(link, local), address(link, nodeid)];
    return { enabled: true, connected, dynconnected: false, mtu, source, destination };
  }
}

const notConfigured: LinkStatus = {
  ...{ enabled: false, connected: false, dynconnected: false },
  ...{ mtu: 0, source: '', destination: '' },
};

function loopback(local: number): LinkStatus {
  const own = address(0, local);
  return { ...notConfigured, enabled: true, connected: true, mtu: loopbackMtu, source: own, destination: own };
}
