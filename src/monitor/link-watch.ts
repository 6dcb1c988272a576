import type { CfgApi } from '../corosync/bindings.ts';
import { CsError } from '../corosync/cs-error.ts';
import { unless } from './read-area.ts';
import { linkStatus } from './read-links.ts';
import type { Cluster } from './snapshot.ts';

/** A link that went up or down. */
export interface LinkChange {
  readonly kind: 'link';
  readonly nodeid: number;
  readonly link: number;
  readonly connected: boolean;
}

/** Looks at the state of the links between scrapes, so that their changes have a time. */
export class LinkWatch {
  readonly #interval: number;
  #lookAt = 0;
  #connected = new Map<string, boolean>();

  /** `interval` in milliseconds. */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /** What changed since the last look; at the first one what is down. Nothing if it is not time to look. */
  look(cfg: CfgApi, { nodes, transport }: Cluster, now: number): LinkChange[] {
    if (now < this.#lookAt) return [];
    this.#lookAt = now + this.#interval;
    const seen = new Map<string, boolean>();
    const changes: LinkChange[] = [];
    for (const node of nodes) {
      const { nodeid, local, addresses } = node;
      if (local) continue;
      const status = unless([CsError.CS_ERR_NOT_SUPPORTED, CsError.CS_ERR_FAILED_OPERATION], () =>
        cfg.nodeStatusGet(nodeid),
      );
      for (const { link } of addresses) {
        // UDP and UDPU have one link, with the node's state.
        const state = status && (transport === 'knet' || link === 0) ? linkStatus(status, node, link) : undefined;
        if (state === undefined) continue;
        const key = `${nodeid} ${link}`;
        seen.set(key, state.connected);
        if ((this.#connected.get(key) ?? true) !== state.connected) {
          changes.push({ kind: 'link', nodeid, link, connected: state.connected });
        }
      }
    }
    this.#connected = seen;
    return changes;
  }

  /** Forgets what another corosync told. */
  reset(): void {
    this.#connected.clear();
    this.#lookAt = 0;
  }
}
