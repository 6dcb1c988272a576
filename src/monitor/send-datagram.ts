import { sendDatagram as send } from '../corosync/libc.ts';

/** Sends one datagram to a Unix socket without waiting, an abstract one if its address begins with @; false if it was not taken. */
export function sendDatagram(address: string, text: string): boolean {
  return send(address, text);
}
