// The health check of the image: 0 if the exporter answers, whatever it says of corosync; a 401 is an answer too.
// Elsewhere than at the address of the image's default, set HEALTHCHECK_URL.
import { request as http } from 'node:http';
import { request as https } from 'node:https';

const url = process.env.HEALTHCHECK_URL ?? 'http://127.0.0.1:15405/-/healthy';
const request = url.startsWith('https:') ? https : http;
// It asks itself: whether its certificate is good is for others to judge.
request(url, { timeout: 4000, rejectUnauthorized: false }, ({ statusCode = 500 }) => end(statusCode < 500, statusCode))
  .on('timeout', () => end(false, 'no answer'))
  .on('error', (error) => end(false, error.message))
  .end();

/** @param {boolean} healthy @param {unknown} what */
function end(healthy, what) {
  console.log(`${url}: ${what}`);
  process.exit(healthy ? 0 : 1);
}
