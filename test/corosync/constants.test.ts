import { describe, expect, test } from 'vitest';
import {
  CmapMap,
  CpgIterationType,
  CpgReason,
  DispatchMode,
  TrackFlags,
  VotequorumFlag,
  VotequorumNodeState,
} from '../../src/corosync/index.ts';
import { definesOf, enumOf, haveHeaders } from './headers.ts';

describe.runIf(haveHeaders)("the constants are the headers'", () => {
  test.each([
    ['DispatchMode', DispatchMode, 'corotypes.h', 'cs_dispatch_flags_t'],
    ['CpgReason', CpgReason, 'cpg.h', 'cpg_reason_t'],
    ['CpgIterationType', CpgIterationType, 'cpg.h', 'cpg_iteration_type_t'],
  ])('%s is the whole enum', (_, ours, header, typedef) => {
    expect(ours).toEqual(enumOf(header, typedef));
  });

  test('CmapMap is cmap_map_t but for its second name for 0', () => {
    expect({ CMAP_MAP_DEFAULT: 0, ...CmapMap }).toEqual(enumOf('cmap.h', 'cmap_map_t'));
  });

  test('TrackFlags are all of CS_TRACK_*', () => {
    expect(TrackFlags).toEqual(definesOf('corotypes.h', 'CS_TRACK_'));
  });

  test('VotequorumFlag are all of VOTEQUORUM_INFO_*', () => {
    expect(VotequorumFlag).toEqual(definesOf('votequorum.h', 'VOTEQUORUM_INFO_'));
  });

  test('VotequorumNodeState are all of VOTEQUORUM_NODESTATE_*', () => {
    expect(VotequorumNodeState).toEqual(definesOf('votequorum.h', 'VOTEQUORUM_NODESTATE_'));
  });

  test('version 1 of a node status is the only one', () => {
    expect(enumOf('cfg.h', 'corosync_cfg_node_status_version_t')).toEqual({ CFG_NODE_STATUS_V1: 1 });
  });

  // Values that the bindings keep to themselves: a change in a header has to be seen here.
  test.each([
    ['quorum.h', 'QUORUM_', { QUORUM_FREE: 0, QUORUM_SET: 1 }],
    ['cmap.h', 'CMAP_TRACK_', { CMAP_TRACK_DELETE: 1, CMAP_TRACK_MODIFY: 2, CMAP_TRACK_ADD: 4, CMAP_TRACK_PREFIX: 8 }],
    ['cmap.h', 'CMAP_KEYNAME_MAX', { CMAP_KEYNAME_MAXLEN: 255 }],
    ['cfg.h', 'CFG_MAX_', { CFG_MAX_HOST_LEN: 256, CFG_MAX_LINKS: 8 }],
    ['votequorum.h', 'VOTEQUORUM_QDEVICE_MAX', { VOTEQUORUM_QDEVICE_MAX_NAME_LEN: 255 }],
    ['votequorum.h', 'VOTEQUORUM_QDEVICE_NODE', { VOTEQUORUM_QDEVICE_NODEID: 0 }],
    ['cpg.h', 'CPG_MAX_NAME', { CPG_MAX_NAME_LENGTH: 128 }],
    ['cpg.h', 'CPG_MODEL_V1_', { CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF: 1 }],
  ])('%s has the %s* that the bindings use', (header, prefix, values) => {
    expect(definesOf(header, prefix)).toEqual(values);
  });
});
