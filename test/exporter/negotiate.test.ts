import { expect, test } from 'vitest';
import { negotiate } from '../../exporter/negotiate.ts';

const prometheus2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,' +
  'text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const prometheus3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;' +
  'q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

test.each([
  [undefined, 'text'],
  ['', 'text'],
  ['*/*', 'text'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
  ['text/plain', 'text'],
  ['text/plain;version=0.0.4', 'text'],
  ['text/plain;version=1.0.0', 'text'],
  ['image/png', 'text'],
  ['application/*', 'text'],
  [prometheus2, 'openmetrics'],
  [prometheus3, 'openmetrics'],
  ['application/openmetrics-text', 'openmetrics'],
  ['Application/OpenMetrics-Text; Version=1.0.0; charset=utf-8', 'openmetrics'],
  ['application/openmetrics-text; version="1.0.0"', 'openmetrics'],
  ['application/openmetrics-text;version=2.0.0', 'text'],
  ['application/openmetrics-text;version=0.0.1', 'text'],
  ['application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.1', 'openmetrics'],
  ['application/openmetrics-text;q=0', 'text'],
  ['application/openmetrics-text;q=0,*/*', 'text'],
  ['application/openmetrics-text;q=0.3,text/plain;q=0.5', 'text'],
  ['application/openmetrics-text;q=0.5,text/plain;q=0.3', 'openmetrics'],
  ['text/plain,application/openmetrics-text', 'text'],
  ['application/openmetrics-text,text/plain', 'openmetrics'],
  ['*/*,application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text;q=nonsense', 'text'],
  [';;;,=,q=,,', 'text'],
])('Accept %s gives %s', (accept, format) => {
  expect(negotiate(accept)).toBe(format);
});
