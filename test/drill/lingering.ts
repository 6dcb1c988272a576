/** These look at the past, for minutes, so they stay for as long after healing, and are not waited for. */
export const lingering = [
  'CorosyncTokenLost',
  'CorosyncSchedulingPause',
  'CorosyncReconnectLoop',
  'CorosyncMembershipFlapping',
  'CorosyncLinkFlapping',
  'CorosyncLinkLatencyHigh', // a mean of knet's over many pings
  'CorosyncRetransmits',
];
