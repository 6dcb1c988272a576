import { afterEach, expect, test, vi } from 'vitest';
import { inheritedSockets } from '../../exporter/systemd/inherited-sockets.ts';
import { serviceManager, watchdogInterval } from '../../exporter/systemd/notify.ts';
import { sendDatagram } from '../../src/monitor/send-datagram.ts';
import { NotifySocket } from './notify-socket.ts';

const sockets: NotifySocket[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const socket of sockets.splice(0)) socket.close();
});

function listening(kind: 'path' | 'abstract'): NotifySocket {
  const socket = new NotifySocket(kind);
  sockets.push(socket);
  return socket;
}

test.each(['path', 'abstract'] as const)('a manager at an address of the kind "%s" hears it all', (kind) => {
  vi.useFakeTimers();
  const socket = listening(kind);
  const manager = serviceManager({ NOTIFY_SOCKET: socket.address, WATCHDOG_USEC: '4000000' }, 1);
  vi.advanceTimersByTime(10_000);
  expect(socket.messages).toEqual([]);
  manager.ready('Listening on :15405\n');
  vi.advanceTimersByTime(5_000);
  manager.stopping();
  const ready = 'READY=1\nSTATUS=Listening on :15405 ';
  expect(socket.messages).toEqual([ready, 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1']);
});

test('without a watchdog none is fed', () => {
  vi.useFakeTimers();
  const socket = listening('path');
  serviceManager({ NOTIFY_SOCKET: socket.address }, 1).ready('up');
  vi.advanceTimersByTime(600_000);
  expect(socket.messages).toEqual(['READY=1\nSTATUS=up']);
});

test('READY=1 is sent again while the manager takes nothing, until the end', () => {
  vi.useFakeTimers();
  const sent: string[] = [];
  let room = false;
  const send = (_: string, text: string) => {
    if (room) sent.push(text);
    return room;
  };
  const manager = serviceManager({ NOTIFY_SOCKET: '/manager' }, 1, send);
  manager.ready('up');
  vi.advanceTimersByTime(1_000);
  room = true;
  vi.advanceTimersByTime(10_000);
  expect(sent).toEqual(['READY=1\nSTATUS=up']);

  room = false;
  manager.ready('up');
  manager.stopping();
  room = true;
  vi.advanceTimersByTime(10_000);
  expect(sent).toHaveLength(1);
});

test.each([undefined, '', 'vsock:2:1', 'relative', '/', '@'])('to NOTIFY_SOCKET=%s nothing is sent', (address) => {
  const send = vi.fn(() => true);
  const manager = serviceManager({ NOTIFY_SOCKET: address, WATCHDOG_USEC: '1000' }, 1, send);
  manager.ready('up');
  manager.stopping();
  expect(send).not.toHaveBeenCalled();
});

test('a socket that is gone, full or no socket takes nothing and does no harm', () => {
  expect(sendDatagram('/nowhere/socket', 'READY=1')).toBe(false);
  expect(sendDatagram('@nobody-listens-here', 'READY=1')).toBe(false);
  expect(sendDatagram(`/${'x'.repeat(500)}`, 'READY=1')).toBe(false);
  const { address } = listening('path');
  let taken = 0;
  while (taken < 10_000 && sendDatagram(address, 'WATCHDOG=1')) taken++;
  expect(taken).toBeLessThan(10_000);
  expect(sendDatagram(address, 'WATCHDOG=1')).toBe(false);
});

test.each([
  [{}, undefined],
  [{ WATCHDOG_USEC: '30000000' }, 15_000],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 15_000],
  [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, undefined],
  [{ WATCHDOG_USEC: '100' }, 1],
  [{ WATCHDOG_USEC: '99999999999999' }, 60_000],
  [{ WATCHDOG_USEC: '0' }, undefined],
  [{ WATCHDOG_USEC: 'soon' }, undefined],
])('process 7 with %j feeds the watchdog every %s ms', (env, interval) => {
  expect(watchdogInterval(env, 7)).toBe(interval);
});

test('the sockets begin at descriptor 3', () => {
  expect(inheritedSockets({ LISTEN_PID: '7', LISTEN_FDS: '2' }, 7)).toEqual([{ fd: 3 }, { fd: 4 }]);
});

test.each([{}, { LISTEN_PID: '8', LISTEN_FDS: '1' }, { LISTEN_PID: '7', LISTEN_FDS: '0' }, { LISTEN_PID: '7' }])(
  'process 7 with %j has none, and is told what to do',
  (env) => {
    expect(() => inheritedSockets(env, 7)).toThrow(
      '--web.systemd-socket found no socket: start corosync-exporter.socket, then the service, or leave the flag out',
    );
  },
);
