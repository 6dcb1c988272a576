import type { CfgApi } from '../corosync/bindings.ts';
import { CorosyncError, CsError } from '../corosync/cs-error.ts';
import type { Dispatched, DispatchMode, NodeStatus } from '../corosync/types.ts';
import { Connection, type Site } from './connection.ts';

/** The simulated libcfg. */
export class SimulatedCfg implements CfgApi {
  readonly #connection: Connection;

  constructor(site: Site) {
    this.#connection = new Connection(site, 'corosync_cfg_initialize');
  }

  nodeStatusGet(_nodeid: number): NodeStatus {
    this.#connection.roundTrip('corosync_cfg_node_status_get');
    throw new CorosyncError('corosync_cfg_node_status_get', CsError.CS_ERR_NOT_SUPPORTED);
  }

  dispatch(mode: DispatchMode): Dispatched<never> {
    return this.#connection.dispatch<never>(mode, () => []);
  }

  close(): void {
    this.#connection.close();
  }
}
