import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const source = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the image starts Node.js with the flags of the program', () => {
  const [, flags = ''] = /^#!\/usr\/bin\/env -S node (.*)\n/.exec(source('exporter/main.ts')) ?? [];
  const [, entryPoint = ''] = /^ENTRYPOINT (\[[^\]]*\])/m.exec(source('Dockerfile')) ?? [];
  const [node, ...args] = JSON.parse(entryPoint.replaceAll('\\\n', '')) as string[];
  expect(flags).not.toBe('');
  expect([node, ...args.slice(0, -1)]).toEqual(['/usr/local/bin/node', ...flags.split(' ')]);
});
