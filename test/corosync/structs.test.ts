import koffi from 'koffi';
import { describe, expect, test } from 'vitest';
import { openLibrary } from '../../src/corosync/ffi.ts';
import { structs } from '../../src/corosync/structs.ts';
import { haveCompiler, runC } from './headers.ts';

/** Each struct's size and its members' offsets. All of structs.ts are public: no header leaves one out of reach. */
type Layout = Record<string, { size: number; offsets: Record<string, number>; sizes: Record<string, number> }>;

/** These are typedefs in the headers; C knows the others as `struct NAME`. */
const typedefs = [
  ...['quorum_callbacks_t', 'quorum_model_v1_data_t', 'cpg_callbacks_t', 'cpg_model_v1_data_t'],
  ...['votequorum_ring_id_t', 'votequorum_node_t', 'votequorum_callbacks_t', 'corosync_cfg_node_address_t'],
];

openLibrary(null); // configures koffi as the bindings do

const ours: Layout = Object.fromEntries(
  Object.entries(structs()).map(([name, { size, members = {} }]) => [
    name,
    {
      size: size ?? 0,
      offsets: eachOf(members, ({ offset }) => offset),
      sizes: eachOf(members, ({ type }) => type.size ?? 0),
    },
  ]),
);

describe.runIf(haveCompiler)('as the C compiler lays them out', () => {
  const theirs = haveCompiler ? runC<Layout>(probe(ours)) : {};

  test.each(Object.keys(ours))('struct %s has that size, with its members at those offsets', (name) => {
    expect(ours[name]).toEqual(theirs[name]);
  });

  test('a list of cpg_address has entries of 12 bytes, nodeid, pid and reason in this order', () => {
    expect(theirs.cpg_address).toEqual({
      size: 12,
      offsets: { nodeid: 0, pid: 4, reason: 8 },
      sizes: { nodeid: 4, pid: 4, reason: 4 },
    });
  });

  test('a list of votequorum_node_t has entries of 8 bytes, nodeid and state in this order', () => {
    expect(theirs.votequorum_node_t).toEqual({
      size: 8,
      offsets: { nodeid: 0, state: 4 },
      sizes: { nodeid: 4, state: 4 },
    });
  });

  test('a node status of 4176 bytes has eight links of 520 bytes from byte 16 on', () => {
    expect(theirs.corosync_cfg_node_status_v1?.size).toBe(4176);
    expect(theirs.corosync_cfg_node_status_v1?.offsets.link_status).toBe(16);
    expect(theirs.corosync_knet_link_status_v1?.size).toBe(520);
  });

  test('a socket address has 28 bytes, the family in the first two, the address from byte 4, or 8 in IPv6', () => {
    const values = [
      ...['sizeof(struct sockaddr_in6)', 'offsetof(struct sockaddr_in, sin_family)', 'sizeof(sa_family_t)'],
      ...['offsetof(struct sockaddr_in6, sin6_family)', 'offsetof(struct sockaddr_in, sin_addr)'],
      ...['offsetof(struct sockaddr_in6, sin6_addr)', '(size_t)AF_INET', '(size_t)AF_INET6'],
    ];
    const print = values.map((value) => `printf(",%zu", ${value});`).join(' ');
    expect(runC<number[]>(`printf("[0"); ${print} printf("]");`)).toEqual([0, 28, 0, 2, 0, 4, 8, 2, 10]);
  });

  test('handles have 8 bytes', () => {
    const handles = ['quorum', 'cpg', 'cmap', 'cmap_iter', 'cmap_track', 'votequorum', 'corosync_cfg'];
    const print = handles.map((name) => `printf(",%zu", sizeof(${name}_handle_t));`).join(' ');
    expect(runC<number[]>(`printf("[0"); ${print} printf("]");`)).toEqual([0, ...handles.map(() => 8)]);
  });

  test('enums are passed as int and contexts and sizes have 8 bytes', () => {
    const types = [
      ...['cs_error_t', 'cs_dispatch_flags_t', 'quorum_model_t', 'cpg_model_t', 'cpg_guarantee_t'],
      ...['cpg_iteration_type_t', 'cmap_map_t', 'cmap_value_types_t', 'corosync_cfg_node_status_version_t'],
    ];
    const sizes = runC<number[]>(
      `printf("[%zu", sizeof(void *)); ${types.map((type) => `printf(",%zu", sizeof(${type}));`).join(' ')} printf("]");`,
    );
    expect(sizes).toEqual([koffi.sizeof('uintptr_t'), ...types.map(() => koffi.sizeof('int'))]);
  });
});

test('the table of structs is not empty', () => {
  expect(Object.keys(ours)).toContain('votequorum_info');
});

function probe(layout: Layout): string {
  const structs = Object.entries(layout).map(([name, { offsets }]) => {
    const type = typedefs.includes(name) ? name : `struct ${name}`;
    const members = Object.keys(offsets);
    const offsetList = members.map((member) => `"${member}\\":%zu`.replace('"', '\\"')).join(',');
    return (
      `printf("\\"${name}\\":{\\"size\\":%zu,\\"offsets\\":{${offsetList}},\\"sizes\\":{${offsetList}}}", ` +
      [
        `sizeof(${type})`,
        ...members.map((member) => `offsetof(${type}, ${member})`),
        ...members.map((member) => `sizeof(((${type} *)0)->${member})`),
      ].join(', ') +
      ');'
    );
  });
  return `printf("{");\n${structs.join('\nprintf(",");\n')}\nprintf("}");`;
}

function eachOf<T>(members: Record<string, T>, value: (member: T) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, value(member)]));
}
