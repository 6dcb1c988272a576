import type { LabState } from './lab-state.ts';
import { removeLab } from './leftovers.ts';

const open = new Set<LabState>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let watching = false;

/** Removes the lab when this process ends by itself or by a signal that can be handled. */
export function removeAtExit(state: LabState): void {
  open.add(state);
  if (watching) return;
  watching = true;
  process.on('exit', removeOpenLabs);
  for (const name of signals) process.on(name, endBySignal);
}

/** The lab is gone, or is to outlive this process. */
export function keepAtExit(state: LabState): void {
  open.delete(state);
  if (open.size > 0) return;
  watching = false;
  process.off('exit', removeOpenLabs);
  for (const name of signals) process.off(name, endBySignal);
}

function removeOpenLabs(): void {
  for (const state of open) {
    try {
      removeLab(state);
    } catch (error) {
      console.error(error); // the next lab must be removed all the same
    }
  }
  open.clear();
}

// a handler takes the default away: give the signal its effect back, unless somebody else handles it
function endBySignal(name: NodeJS.Signals): void {
  removeOpenLabs();
  for (const each of signals) process.off(each, endBySignal);
  if (process.listenerCount(name) === 0) process.kill(process.pid, name);
}
