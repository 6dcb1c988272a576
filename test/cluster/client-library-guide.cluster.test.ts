import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from './lab.ts';

// The examples of the client library's guide, each run as it stands on a node of a cluster.
const library = fileURLToPath(new URL('../../src/corosync/', import.meta.url));
const guide = readFileSync(`${library}README.md`, 'utf8');
const examples = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string);

/** What the examples, in their order, print. */
const printed = [
  /^1 \[[\s\S]*kind: 'nodelist'[\s\S]*kind: 'quorum'/,
  /kind: 'confchg'[\s\S]*kind: 'deliver'/,
  /^nodelist\nquorum\n2\n$/,
];

let lab: Lab;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(`${library}.guide-`); // beside the library: the examples import it as ./index.ts
  lab = await Lab.up({ nodes: 1 });
});
afterAll(async () => {
  await lab?.down();
  rmSync(folder, { recursive: true });
});

test('the guide has the examples that are run here', () => {
  expect(examples).toHaveLength(printed.length);
});

test.each(printed.map((output, i) => [i + 1, output] as const))(
  'example %i prints what it says',
  async (number, output) => {
    const file = `${folder}/example-${number}.mts`;
    writeFileSync(file, (examples[number - 1] as string).replace("'./index.ts'", "'../index.ts'"));
    const { code, stdout, stderr } = await lab.exec(1, process.execPath, ['--import', 'tsx', file], {
      timeoutMs: 20_000,
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(output);
  },
);
