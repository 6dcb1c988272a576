import koffi from 'koffi';
import { lazily } from './ffi.ts';

/** The C structs of quorum.h, cpg.h, cmap.h, votequorum.h and cfg.h that the bindings pass; koffi knows them by these names. */
export const structs = lazily(() => {
  const ring_id = { nodeid: 'uint32_t', seq: 'uint64_t' } as const;
  const corosync_knet_link_status_v1 = koffi.struct('corosync_knet_link_status_v1', {
    enabled: 'uint8_t',
    connected: 'uint8_t',
    dynconnected: 'uint8_t',
    mtu: 'unsigned int',
    src_ipaddr: koffi.array('char', 256, 'String'),
    dst_ipaddr: koffi.array('char', 256, 'String'),
  });
  const cpg_name = koffi.struct('cpg_name', { length: 'uint32_t', value: koffi.array('uint8_t', 128, 'Typed') });
  return {
    quorum_ring_id: koffi.struct('quorum_ring_id', ring_id),
    quorum_callbacks_t: koffi.struct('quorum_callbacks_t', { quorum_notify_fn: 'void *' }),
    quorum_model_v1_data_t: koffi.struct('quorum_model_v1_data_t', {
      model: 'int',
      quorum_notify_fn: 'void *',
      nodelist_notify_fn: 'void *',
    }),
    cpg_ring_id: koffi.struct('cpg_ring_id', ring_id),
    cpg_name,
    cpg_address: koffi.struct('cpg_address', { nodeid: 'uint32_t', pid: 'uint32_t', reason: 'uint32_t' }),
    cpg_callbacks_t: koffi.struct('cpg_callbacks_t', { cpg_deliver_fn: 'void *', cpg_confchg_fn: 'void *' }),
    cpg_model_v1_data_t: koffi.struct('cpg_model_v1_data_t', {
      model: 'int',
      cpg_deliver_fn: 'void *',
      cpg_confchg_fn: 'void *',
      cpg_totem_confchg_fn: 'void *',
      flags: 'unsigned int',
    }),
    cpg_iteration_description_t: koffi.struct('cpg_iteration_description_t', {
      group: cpg_name,
      nodeid: 'uint32_t',
      pid: 'uint32_t',
    }),
    iovec: koffi.struct('iovec', { iov_base: 'void *', iov_len: 'size_t' }),
    cmap_notify_value: koffi.struct('cmap_notify_value', { type: 'int', len: 'size_t', data: 'void *' }),
    votequorum_ring_id_t: koffi.struct('votequorum_ring_id_t', ring_id),
    votequorum_node_t: koffi.struct('votequorum_node_t', { nodeid: 'uint32_t', state: 'uint32_t' }),
    votequorum_callbacks_t: koffi.struct('votequorum_callbacks_t', {
      votequorum_quorum_notify_fn: 'void *',
      votequorum_expectedvotes_notify_fn: 'void *',
      votequorum_nodelist_notify_fn: 'void *',
    }),
    votequorum_info: koffi.struct('votequorum_info', {
      node_id: 'unsigned int',
      node_state: 'unsigned int',
      node_votes: 'unsigned int',
      node_expected_votes: 'unsigned int',
      highest_expected: 'unsigned int',
      total_votes: 'unsigned int',
      quorum: 'unsigned int',
      flags: 'unsigned int',
      qdevice_votes: 'unsigned int',
      qdevice_name: koffi.array('char', 255, 'String'),
    }),
    corosync_cfg_node_address_t: koffi.struct('corosync_cfg_node_address_t', {
      address_length: 'int',
      address: koffi.array('uint8_t', 28, 'Typed'),
    }),
    corosync_knet_link_status_v1,
    corosync_cfg_node_status_v1: koffi.struct('corosync_cfg_node_status_v1', {
      version: 'int',
      nodeid: 'unsigned int',
      reachable: 'uint8_t',
      remote: 'uint8_t',
      external: 'uint8_t',
      onwire_min: 'uint8_t',
      onwire_max: 'uint8_t',
      onwire_ver: 'uint8_t',
      link_status: koffi.array(corosync_knet_link_status_v1, 8),
    }),
  };
});
