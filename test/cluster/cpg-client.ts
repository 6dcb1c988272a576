// A process of its own on a node of a lab that corosync knows by the program name NAME: `cpg-client.ts NAME GROUP` joins
// and never dispatches; with a COUNT it sends so many messages of 4 KiB and says so. Both stay until they are killed.
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CorosyncError, Cpg, CsError, DispatchMode } from '../../src/corosync/index.ts';

const [name = '', group = '', count] = process.argv.slice(2);

writeFileSync('/proc/self/comm', name); // corosync reads it when the process connects
const cpg = Cpg.connect();
cpg.join(group);
if (count !== undefined) {
  const message = new Uint8Array(4096);
  for (let sent = 0; sent < Number(count); ) {
    if (send(message)) sent += 1;
    else await sleep(1);
    cpg.dispatch(DispatchMode.CS_DISPATCH_ALL);
  }
  setInterval(() => cpg.dispatch(DispatchMode.CS_DISPATCH_ALL), 100);
}
console.log('ready');
setInterval(() => {}, 1000);

/** False while corosync's own queue is full. */
function send(message: Uint8Array): boolean {
  try {
    cpg.mcastJoined(message);
    return true;
  } catch (error) {
    if (error instanceof CorosyncError && error.code === CsError.CS_ERR_TRY_AGAIN) return false;
    throw error;
  }
}
