import { Agent, request } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** What came of one scrape. */
export interface Answer {
  readonly seconds: number;
  /** As they came over the wire. */
  readonly bytes: number;
  readonly text: () => string;
}

/** As Prometheus 2 and later ask. */
const asPrometheus = {
  'User-Agent': 'Prometheus/2.42.0',
  Accept:
    'application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
  'Accept-Encoding': 'gzip',
  'X-Prometheus-Scrape-Timeout-Seconds': '10',
};

/** Scrapes an exporter as Prometheus does: over one connection that is kept, compressed. */
export class Scraper {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** The calling thread is on the exporter's node for the first of them. */
  scrape(): Promise<Answer> {
    const begin = performance.now();
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: this.#port,
        path: '/metrics',
        agent: this.#agent,
        headers: asPrometheus,
      };
      const sent = request(options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const seconds = (performance.now() - begin) / 1000;
          if (response.statusCode !== 200) reject(new Error(`port ${this.#port} answers ${response.statusCode}`));
          const body = Buffer.concat(parts);
          const text = () => (response.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
          resolve({ seconds, bytes: body.length, text });
        });
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** How many series an exposition has. */
export function countSeries(text: string): number {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}
