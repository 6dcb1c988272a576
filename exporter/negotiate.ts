import type { Format } from './family.ts';

interface Range {
  readonly media: string;
  readonly version: string | undefined;
  readonly quality: number;
  readonly position: number;
}

/**
 * The format that an Accept header asks for. Parsed here, as `req.accepts()` wants every parameter to match and so gives
 * text to Prometheus 3, which sends `escaping=`. What we cannot satisfy gets text 0.0.4, never 406.
 */
export function negotiate(accept: string | undefined): Format {
  const ranges = (accept ?? '').split(',').map(parseRange);
  const openmetrics = best(ranges, 'application/openmetrics-text', '1.0.0');
  const text = best(ranges, 'text/plain', '0.0.4');
  // A wildcard does not ask for OpenMetrics: who does not know it could not read it.
  if (openmetrics === undefined || openmetrics.media.includes('*') || openmetrics.quality === 0) return 'text';
  if (text === undefined || openmetrics.quality > text.quality) return 'openmetrics';
  if (openmetrics.quality < text.quality) return 'text';
  return text.media.includes('*') || openmetrics.position < text.position ? 'openmetrics' : 'text';
}

function parseRange(range: string, position: number): Range {
  const [media = '', ...parts] = range.split(';').map((part) => part.trim());
  const parameters = new Map(
    parts.map((part) => {
      const [key = '', value = ''] = part.split('=', 2);
      return [key.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return {
    media: media.toLowerCase(),
    version: parameters.get('version'),
    quality: quality >= 0 && quality <= 1 ? quality : 0,
    position,
  };
}

/** The range that speaks for a format: an exact one before a wildcard, among exact ones the most wanted. */
function best(ranges: readonly Range[], media: string, version: string): Range | undefined {
  const [type = ''] = media.split('/');
  const exact = ranges.filter((range) => range.media === media && (range.version ?? version) === version);
  if (exact.length > 0) return exact.reduce((a, b) => (b.quality > a.quality ? b : a));
  return ranges.find((range) => range.media === `${type}/*`) ?? ranges.find((range) => range.media === '*/*');
}
