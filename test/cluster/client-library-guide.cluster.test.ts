import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';

const guide = 'src/corosync/README.md';
const examples = Array.from(readFileSync(guide, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => code);

/** What each example of the guide prints on a node of a cluster of two. */
const outputs = [
  ['quorum', 'provider true, quorate true\n1 nodelist [ 1, 2 ]\n1 quorum [ 1, 2 ]\n'],
  ['closed process groups', 'example has 1 members\nnode 1 said hello\n'],
  ['a blocking dispatch and its end', 'nodelist\nquorum\nended\n'],
  ['errors', '2 votes\nvotequorum_getinfo CS_ERR_NOT_EXIST\n'],
  ['cmap', 'nodelist.node.0.name node1\nnodelist.node.1.name node2\nbigint\n'],
  ['votequorum', '2 votes, 2 needed true\nmembers [ 1, 2 ]\nquorate true, 0 dead\n'],
  [
    'cfg',
    'node 1 has 10.10.0.1\nnode 2 reachable true\nlink 0 connected true, 10.10.0.1 to 10.10.0.2\n' +
      "[ { name: '0 10.10.0.1', status: 'n3' } ]\ncorosync_cfg_node_status_get CS_ERR_FAILED_OPERATION\n",
  ],
] as const;

test('every example of the guide has its output here', () => {
  expect(examples).toHaveLength(outputs.length);
});

describe('on a node', () => {
  let lab: Lab;
  const folder = mkdtempSync(join(tmpdir(), 'corosync-guide-'));
  beforeAll(async () => {
    lab = await Lab.up({ nodes: 2 });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await lab?.down();
  });

  test.each(outputs.map(([title, output], i) => [title, output, i] as const))('%s', async (_, output, i) => {
    const file = join(folder, `example-${i}.mts`);
    const library = pathToFileURL(resolve(guide, '..', 'index.ts')).href;
    writeFileSync(file, (examples[i] as string).replaceAll("'./index.ts'", `'${library}'`));
    const { code, stdout, stderr } = await lab.exec(1, process.execPath, ['--import', 'tsx', file]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: output, stderr: '' });
  });
});
