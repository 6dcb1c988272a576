import { once } from 'node:events';
import { Lab } from './lab.ts';

const usage =
  'lab up NODES [LINKS] | status | partition 1,2 3 | heal | link-down NODE LINK | link-up NODE LINK | ' +
  'kill|stop|start|freeze|thaw NODE | exec NODE -- COMMAND… | down   [--name NAME]';

class UsageError extends Error {}

async function main(args: string[]): Promise<number> {
  try {
    const { name, words, command } = split(args);
    return await perform(words, command, name);
  } catch (error) {
    console.error(`lab: ${error instanceof Error ? error.message : error}`);
    return error instanceof UsageError || error instanceof RangeError ? 2 : 1;
  }
}

async function perform([verb, ...args]: string[], command: string[], name: string | undefined): Promise<number> {
  const on = operations.find(([known]) => known === verb);
  if (verb === 'up') return up(args, name);
  if (verb === undefined || (on === undefined && verb !== 'exec'))
    throw new UsageError(verb ? `${verb} is not known: ${usage}` : usage);
  if (on === undefined) {
    const [nodeid] = numbers(args, 1);
    const [program, ...rest] = command;
    if (program === undefined) throw new UsageError('exec needs a command after --');
    return exec(find(name), nodeid as number, program, rest);
  }
  const [, arity, operation] = on;
  if (command.length > 0) throw new UsageError(`${verb} takes no command`);
  const operands = arity === 'words' ? [] : numbers(args, arity); // wrong words are told before a missing lab
  await operation(find(name), operands, args);
  return 0;
}

type Operation = (lab: Lab, numbers: number[], words: string[]) => Promise<void> | void;

const operations: readonly [string, number | 'words', Operation][] = [
  ['status', 0, status],
  ['partition', 'words', (lab, _, groups) => lab.partition(groups.map((group) => numbers(group.split(','))))],
  ['heal', 0, (lab) => lab.heal()],
  ['link-down', 2, (lab, [nodeid = 0, link = 0]) => lab.linkDown(nodeid, link)],
  ['link-up', 2, (lab, [nodeid = 0, link = 0]) => lab.linkUp(nodeid, link)],
  ['kill', 1, (lab, [nodeid = 0]) => lab.kill(nodeid)],
  ['stop', 1, (lab, [nodeid = 0]) => lab.stop(nodeid)],
  ['start', 1, (lab, [nodeid = 0]) => lab.start(nodeid)],
  ['freeze', 1, (lab, [nodeid = 0]) => lab.freeze(nodeid)],
  ['thaw', 1, (lab, [nodeid = 0]) => lab.thaw(nodeid)],
  ['down', 0, (lab) => lab.down()],
];

async function up(args: string[], name: string | undefined): Promise<number> {
  const [nodes = 0, links = 1] = numbers(args, args.length > 1 ? 2 : 1);
  if (name !== undefined && Lab.list().some((lab) => lab.name === name))
    throw new UsageError(`there is a lab ${name} already`);
  const lab = await Lab.up({ nodes, links, ...(name !== undefined && { name }) });
  lab.disown();
  console.log(`lab ${lab.name} is up: ${nodes} node(s), ${links} link(s), ${lab.folder}`);
  return 0;
}

async function status(lab: Lab): Promise<void> {
  console.log(`lab ${lab.name} in ${lab.folder}`);
  const lines = lab.nodes.map(async (node) => {
    if (node.pid === undefined) return `${node.name}  not running`;
    if (node.isFrozen) return `${node.name}  pid ${node.pid}  frozen`;
    const seen = await lab.membership(node.nodeid);
    const says =
      seen === undefined
        ? 'does not answer'
        : `${seen.quorate ? 'quorate' : 'not quorate'}  members ${seen.members.join(',')}`;
    return `${node.name}  pid ${node.pid}  ${says}`;
  });
  console.log((await Promise.all(lines)).join('\n'));
}

async function exec(lab: Lab, nodeid: number, program: string, args: string[]): Promise<number> {
  process.on('SIGINT', () => {}); // Ctrl-C is for the command
  const [code] = await once(lab.spawn(nodeid, program, args, { stdio: 'inherit' }), 'exit');
  return code ?? 1;
}

function find(name: string | undefined): Lab {
  const labs = Lab.list();
  const found = name === undefined ? labs : labs.filter((lab) => lab.name === name);
  const [lab, second] = found;
  if (lab === undefined)
    throw new UsageError(name === undefined ? 'there is no lab; start one with: lab up 3' : `there is no lab ${name}`);
  if (second !== undefined)
    throw new UsageError(`there are several labs, choose by --name: ${found.map((each) => each.name).join(', ')}`);
  return lab;
}

function split(args: string[]): { name: string | undefined; words: string[]; command: string[] } {
  const end = args.indexOf('--');
  const words = end === -1 ? [...args] : args.slice(0, end);
  const command = end === -1 ? [] : args.slice(end + 1);
  const at = words.indexOf('--name');
  const name = at === -1 ? undefined : words.splice(at, 2)[1];
  if (at !== -1 && !/^[a-z0-9-]{1,40}$/.test(name ?? '')) throw new UsageError('--name takes a name of a-z, 0-9 and -');
  const unknown = words.find((word) => word.startsWith('-'));
  if (unknown !== undefined) throw new UsageError(`${unknown} is not an option: ${usage}`);
  return { name, words, command };
}

function numbers(words: string[], count?: number): number[] {
  const wrong = words.find((word) => !/^\d{1,3}$/.test(word));
  if (wrong !== undefined) throw new UsageError(`${JSON.stringify(wrong)} is not a number`);
  if (count !== undefined && words.length !== count)
    throw new UsageError(`${count} number(s) expected, not ${words.length}: ${usage}`);
  return words.map(Number);
}

process.exitCode = await main(process.argv.slice(2));
