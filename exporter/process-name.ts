import { writeFileSync } from 'node:fs';

/** As much of our name as the kernel keeps: proc(5). */
const name = 'corosync-export';

/** Names the process as the kernel shows it, and with it corosync's list of its clients: else it would be `node`. */
export function nameProcess(): void {
  try {
    writeFileSync('/proc/self/comm', name);
  } catch {
    // Without /proc the process is called `node`, which is a pity but no harm.
  }
}
