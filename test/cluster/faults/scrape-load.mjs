// Scrapes an exporter on this host PER_SECOND times a second for SECONDS, whatever the answers take, and prints what they
// were: how long each took in milliseconds, how many were not answered with 200, and how often each line came that the
// pattern matches.
import { request } from 'node:http';

const [perSecond, seconds, pattern] = process.argv.slice(2);
const lines = new RegExp(pattern, 'gm');

function scrape() {
  const start = performance.now();
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port: 15405, path: '/metrics', agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      response.on('end', () => resolve({ took: performance.now() - start, status: response.statusCode, body }));
    });
    sent.on('error', (error) => resolve({ took: performance.now() - start, status: error.code, body: '' })).end();
  });
}

const scrapes = [];
const begin = performance.now();
for (let i = 0; i < perSecond * seconds; i += 1) {
  const wait = begin + (1000 * i) / perSecond - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  scrapes.push(scrape());
}
const answers = await Promise.all(scrapes);
const seen = {};
for (const { body } of answers) {
  for (const [line] of body.matchAll(lines)) seen[line] = (seen[line] ?? 0) + 1;
}
const failed = answers.filter(({ status }) => status !== 200).length;
const times = answers.map(({ took }) => Math.round(took)).sort((a, b) => a - b);
process.stdout.write(JSON.stringify({ times, failed, seen, took: Math.round(performance.now() - begin) }));
