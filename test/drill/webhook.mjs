// A receiver of Alertmanager's webhooks: writes each alert that arrives to FILE, a line of JSON with its time.
// webhook.mjs PORT FILE
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, file] = process.argv.slice(2);

createServer((request, response) => {
  const time = Date.now();
  let body = '';
  request.setEncoding('utf8').on('data', (text) => {
    body += text;
  });
  request.on('end', () => {
    const lines = JSON.parse(body).alerts.map(({ status, labels, annotations, fingerprint }) =>
      JSON.stringify({ time, status, labels, annotations, fingerprint }),
    );
    appendFileSync(file, `${lines.join('\n')}\n`);
    response.end();
  });
}).listen(Number(port), '127.0.0.1');
