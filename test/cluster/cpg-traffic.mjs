// Sends a message to a CPG group of its own every few milliseconds, until it is ended; with the built client library.
import { Cpg, CsError, DispatchMode } from '../../dist/src/corosync/index.js';

const message = new Uint8Array(1_000);
const cpg = Cpg.connect();
cpg.join('traffic');

setInterval(() => {
  cpg.dispatch(DispatchMode.CS_DISPATCH_ALL); // undrained, the messages would pile up in corosync
  try {
    cpg.mcastJoined(message);
  } catch (error) {
    if (error.code !== CsError.CS_ERR_TRY_AGAIN) throw error; // the ring is busy
  }
}, 10);
