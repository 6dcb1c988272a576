import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { haveCompiler } from './headers.ts';

vi.setConfig({ testTimeout: 30_000 }); // whole processes, on a machine that may be busy

// A libcfg that answers without a corosync, in C: what no lab brings about, and what older releases lack.
const libcfg = `
#include <string.h>
#include <netinet/in.h>
#include <corosync/cfg.h>
cs_error_t corosync_cfg_initialize(corosync_cfg_handle_t *handle, const corosync_cfg_callbacks_t *callbacks) {
  *handle = 0xfedcba9876543210;
  return callbacks == NULL ? CS_OK : CS_ERR_INVALID_PARAM;
}
cs_error_t corosync_cfg_finalize(corosync_cfg_handle_t handle) { return CS_OK; }
cs_error_t corosync_cfg_dispatch(corosync_cfg_handle_t handle, cs_dispatch_flags_t flags) { return CS_OK; }
cs_error_t corosync_cfg_fd_get(corosync_cfg_handle_t handle, int32_t *fd) { return CS_OK; }
cs_error_t corosync_cfg_ring_status_get(corosync_cfg_handle_t handle, char ***names, char ***statuses, unsigned int *count) {
  return CS_ERR_TRY_AGAIN;
}
cs_error_t corosync_cfg_local_get(corosync_cfg_handle_t handle, unsigned int *nodeid) {
  *nodeid = 4294967295;
  return handle == 0xfedcba9876543210 ? CS_OK : CS_ERR_BAD_HANDLE;
}
cs_error_t corosync_cfg_get_node_addrs(
    corosync_cfg_handle_t handle, unsigned int nodeid, size_t max, int *count, corosync_cfg_node_address_t *addrs) {
  struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = { { { 0xfd, 0, 0, 0x10, [15] = 2 } } } };
  struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr = { htonl(0xc0000201) } };
  memset(addrs, 0, max * sizeof(*addrs));
  memcpy(addrs[0].address, &six, sizeof(six));
  memcpy(addrs[7].address, &four, sizeof(four));
  *count = 99; /* libcfg tells how many there are, not how many it has written */
  return max == 8 ? CS_OK : CS_ERR_TOO_BIG;
}
#ifdef SINCE_3_1_1
cs_error_t corosync_cfg_node_status_get(
    corosync_cfg_handle_t handle, unsigned int nodeid, corosync_cfg_node_status_version_t version, void *out) {
  struct corosync_cfg_node_status_v1 *status = out;
  memset(status, 0, sizeof(*status));
  status->nodeid = nodeid;
  status->remote = 1;
  status->onwire_min = 1;
  status->onwire_max = 255;
  status->onwire_ver = 3;
  status->link_status[0].enabled = 1;
  status->link_status[6].dynconnected = 1;
  status->link_status[7].connected = 1;
  status->link_status[7].mtu = 4294967295;
  memset(status->link_status[7].src_ipaddr, 's', CFG_MAX_HOST_LEN - 1);
  memset(status->link_status[7].dst_ipaddr, 'd', CFG_MAX_HOST_LEN - 1);
  return version == CFG_NODE_STATUS_V1 ? CS_OK : CS_ERR_NOT_SUPPORTED;
}
#endif
`;

describe.runIf(haveCompiler)('on a libcfg of our own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'corosync-libcfg-'));
  beforeAll(() => {
    build('current', 'libcfg.so.7', ['-DSINCE_3_1_1']);
    build('older', 'libcfg.so.7');
    build('oldest', 'libcfg.so.6');
    writeFileSync(join(folder, 'oldest', 'libcfg.so.7'), 'as if it were not installed');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function build(release: string, soname: string, flags: string[] = []): void {
    const output = join(folder, release, soname);
    mkdirSync(join(folder, release), { recursive: true });
    const options = { input: libcfg, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', ...flags, '-o', output, '-x', 'c', '-'], options);
    if (status !== 0) throw new Error(stderr);
  }

  /** What an expression over `cfg`, a connection, is with the libcfg of that release. */
  function evaluate(release: string, expression: string): unknown {
    const script = `
      import { Cfg, CorosyncError, csErrorName } from './src/corosync/index.ts';
      const cfg = Cfg.connect();
      try {
        console.log(JSON.stringify(${expression}));
      } catch (error) {
        if (!(error instanceof CorosyncError)) throw error;
        console.log(JSON.stringify(error.call + ': ' + csErrorName(error.code)));
      } finally {
        cfg.close();
      }`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const env = { ...process.env, LD_LIBRARY_PATH: join(folder, release) };
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  test('every member of a node status is where C puts it', () => {
    const none = { enabled: false, connected: false, dynconnected: false, mtu: 0, source: '', destination: '' };
    expect(evaluate('current', 'cfg.nodeStatusGet(4294967294)')).toEqual({
      nodeid: 4294967294,
      reachable: false,
      remote: true,
      external: false,
      onwireMin: 1,
      onwireMax: 255,
      onwireVersion: 3,
      links: [
        { ...none, enabled: true },
        ...Array(5).fill(none),
        { ...none, dynconnected: true },
        { ...none, connected: true, mtu: 4294967295, source: 's'.repeat(255), destination: 'd'.repeat(255) },
      ],
    });
  });

  test('before corosync 3.1.1 there is no node status, and the other calls work', () => {
    expect(evaluate('older', '[Cfg.load(), cfg.localGet()]')).toEqual([
      { soname: 'libcfg.so.7', features: [] },
      4294967295,
    ]);
    expect(evaluate('older', 'cfg.nodeStatusGet(1)')).toBe('corosync_cfg_node_status_get: CS_ERR_NOT_SUPPORTED');
  });

  test("corosync 2 has another soname, which is taken where the current one can't be", () => {
    expect(evaluate('oldest', '[Cfg.load(), cfg.localGet()]')).toEqual([
      { soname: 'libcfg.so.6', features: [] },
      4294967295,
    ]);
  });

  test('addresses are of both families, shortened as usual; those unused are left out', () => {
    expect(evaluate('current', 'cfg.getNodeAddrs(1)')).toEqual(['fd00:10::2', '192.0.2.1']);
  });

  test('a call that fails has its code, and its outputs are not looked at', () => {
    expect(evaluate('current', 'cfg.ringStatusGet()')).toBe('corosync_cfg_ring_status_get: CS_ERR_TRY_AGAIN');
  });
});
