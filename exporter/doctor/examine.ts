import type { Snapshot } from '../../src/monitor/snapshot.ts';
import { ConfigError } from '../config-error.ts';
import type { Config } from '../config-schema.ts';
import { loadWebSettings } from '../web/settings.ts';
import { corosyncFindings, type Identity } from './corosync.ts';
import { type Finding, fail, ok } from './finding.ts';
import { machineFindings, portFinding } from './machine.ts';

/** What the doctor looks at. */
export interface Patient {
  readonly config: Config;
  readonly snapshot: Snapshot;
  readonly identity: Identity;
  readonly nodeVersion: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Everything that the exporter needs on this node, and what is wrong with it. */
export async function examine({ config, snapshot, identity, nodeVersion, now }: Patient): Promise<readonly Finding[]> {
  return [
    ...machineFindings({ nodeVersion, now }, config.corosync.pid_file, snapshot.daemon),
    ...corosyncFindings(snapshot, identity),
    ...(await Promise.all(config.web.listen_addresses.map(portFinding))),
    ...webFindings(config.web.config_file),
  ];
}

function webFindings(file: string | undefined): readonly Finding[] {
  if (file === undefined) return [ok('web config', 'none: plain HTTP for everybody who reaches the port')];
  try {
    const { tls, users } = loadWebSettings(file);
    return [ok('web config', `${file}: ${tls === undefined ? 'no TLS' : 'TLS'}, ${users.size} users`)];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [fail('web config', error.message)];
  }
}
