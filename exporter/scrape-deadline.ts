const most = 3000;
const least = 100;
/** What rendering, compressing and the network may take of Prometheus' own timeout. */
const reserve = 500;
/** Scrapes with the same deadline share an exposition: there are to be few different ones. */
const step = 250;

/** Milliseconds that a scrape may wait for corosync, from Prometheus' `X-Prometheus-Scrape-Timeout-Seconds`. */
export function scrapeDeadline(header: string | undefined): number {
  const timeout = header !== undefined && /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Number.NaN;
  if (!(timeout > 0)) return most; // absent or nonsense
  return Math.max(least, Math.min(most, step * Math.floor((timeout - reserve) / step)));
}
