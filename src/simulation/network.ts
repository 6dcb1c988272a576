/** The links between any two nodes of the simulated cluster. */
export const linkNumbers = [0, 1] as const;
export type LinkNumber = (typeof linkNumbers)[number];

/** What knet finds out for the data MTU with aes256 and sha256 on Ethernet. */
export const mtu = 1397;

/** That of the loopback by which a node reaches itself. */
export const loopbackMtu = 65_535;

/** Milliseconds between two pings, and those without an answer after which a link is down: a quarter and a half of the token. */
export const ping = { interval: 412, timeout: 825 };

/** From the networks that RFC 5737 sets aside for examples. */
export function address(link: LinkNumber, nodeid: number): string {
  return `${link === 0 ? '192.0.2' : '198.51.100'}.${nodeid}`;
}
