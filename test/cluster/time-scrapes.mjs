// Scrapes an exporter on this host COUNT times, each on a connection of its own, and prints the times in milliseconds.
import { request } from 'node:http';

const [port, count] = process.argv.slice(2).map(Number);

function scrape() {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/metrics', agent: false }, (response) => {
      response.resume().on('end', () => resolve(performance.now() - start));
    });
    sent.on('error', reject).end();
  });
}

const times = [];
for (let i = 0; i < count; i += 1) times.push(await scrape());
process.stdout.write(JSON.stringify(times));
