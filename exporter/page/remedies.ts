import { type Html, html } from './html.ts';

/** What a result code of corosync says, and what to do about it. */
export interface Meaning {
  readonly meaning: string;
  readonly remedy: readonly (string | Html)[];
}

/** A result code in words. */
export function meaningOf(code: string): Meaning {
  return (
    meanings[code] ?? {
      meaning: 'corosync refused the call',
      remedy: ['See journalctl -u corosync. The exporter tries again by itself.'],
    }
  );
}

const again = 'The exporter connects by itself.';

const dropIn = html`<p>Let the group of the exporter in, once per node, as root; the group must exist:</p>
<pre>cat &gt;/etc/corosync/uidgid.d/corosync-exporter &lt;&lt;'END'
uidgid {
    gid: corosync-exporter
}
END
corosync-cfgtool -R</pre>
<p>Only the primary group counts: <code>ps -o user,group,cmd -C corosync-export</code> shows it. The exporter tries again within half a
minute.</p>`;

const full = 'Look at df /dev/shm and free -m: each connection needs a few MB of shared memory.';

const meanings: Readonly<Record<string, Meaning>> = {
  CS_ERR_LIBRARY: {
    meaning: 'there is no corosync at the other end',
    remedy: [
      html`<p>It does not run, has just ended, or is starting: <code>systemctl status corosync</code>,
<code>journalctl -u corosync</code>. In a container the exporter needs the network and /dev/shm of the host
(<code>--network host --ipc host</code>). ${again}</p>`,
    ],
  },
  CS_ERR_ACCESS: { meaning: 'corosync runs and refuses this user', remedy: [dropIn] },
  CS_ERR_SECURITY: { meaning: 'corosync runs and refuses this user', remedy: [dropIn] },
  CS_ERR_TRY_AGAIN: {
    meaning: 'corosync is too busy to take the call',
    remedy: [
      `It is starting, in its sync phase, or overloaded. Wait; if it stays, look at the CPU time of corosync and at the queues of its clients (corosync_ipc_ in the metrics). ${again}`,
    ],
  },
  CS_ERR_TIMEOUT: { meaning: 'corosync took too long', remedy: [`Look at the load of this machine. ${again}`] },
  CS_ERR_NO_MEMORY: { meaning: 'there is no memory for the connection', remedy: [`${full} ${again}`] },
  CS_ERR_NO_SPACE: { meaning: 'there is no room for the connection', remedy: [`${full} ${again}`] },
  CS_ERR_NO_RESOURCES: { meaning: 'corosync is out of something that it needs', remedy: [`${full} ${again}`] },
  CS_ERR_NOT_EXIST: {
    meaning: "/dev/shm is not corosync's, or this corosync does not have that service",
    remedy: [
      html`<p>If no library is connected, /dev/shm is not corosync's: run the container with <code>--ipc host</code>.
If others are, this corosync lacks it: statistics need corosync 3, votequorum is there only as quorum.provider.</p>`,
    ],
  },
  CS_ERR_NOT_SUPPORTED: {
    meaning: 'this corosync is too old for it',
    remedy: ['The metrics that need it are absent, all others are right.'],
  },
  CS_ERR_VERSION: {
    meaning: 'the library and corosync do not fit together',
    remedy: ["Install the libraries of corosync's own version; in a container, those of the host."],
  },
  CS_ERR_BAD_HANDLE: { meaning: 'the connection has ended', remedy: [again] },
};
