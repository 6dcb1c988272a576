import { test } from 'vitest';
import { Cmap, Cpg, CmapMap, Quorum, Votequorum } from '../../src/corosync/index.ts';
import { Lab } from './lab.ts';
test('x', async () => {
  for (const each of [Quorum, Cpg, Cmap, Votequorum]) each.load();
  let t = Date.now(); const lap = (n: string) => { console.log(n, Date.now() - t); t = Date.now(); };
  const lab = await Lab.up({ nodes: 2 });
  lap('up');
  try {
  lab.enter(1);
  for (let i = 0; i < 100; i++) Quorum.connect().close();
  lap('quorum 100');
  for (let i = 0; i < 100; i++) Cpg.connect().close();
  lap('cpg 100');
  for (let i = 0; i < 100; i++) Cmap.connect().close();
  lap('cmap 100');
  const c = Cpg.connect(); c.join('a');
  try { c.join('a'); console.log('second join fine') } catch (e) { console.log('again', String(e)); }
  try { c.join('b'); console.log('other join fine') } catch (e) { console.log('other', String(e)); }
  const d = Cpg.connect();
  try { d.join('a'); console.log('2nd conn join fine') } catch (e) { console.log('2nd conn', String(e)); }
  console.log(c.iterate(1), c.iterate(2, 'a'), c.iterate(3), c.membershipGet('a'), c.maxAtomicMsgsizeGet());
  try { console.log(c.iterate(4 as never)) } catch (e) { console.log(String(e)); }
  try { console.log(c.iterate(2)) } catch (e) { console.log(String(e)); }
  try { console.log(c.iterate(2, 'nosuch'), c.membershipGet('nosuch')) } catch (e) { console.log(String(e)); }
  await new Promise(r => setTimeout(r, 100));
  console.log(JSON.stringify(c.dispatch(2)));
  try { c.mcastJoined(new Uint8Array(0)); } catch (e) { console.log('empty', String(e)); }
  try { c.mcastJoined(new Uint8Array(2_000_000)); } catch (e) { console.log('big', String(e)); }
  try { d.mcastJoined(new Uint8Array(2)); } catch (e) { console.log('unjoined', String(e)); }
  try { d.leave('a'); } catch (e) { console.log('leave', String(e)); }
  await new Promise(r => setTimeout(r, 100));
  console.log(JSON.stringify(c.dispatch(2)));
  const m = Cmap.connect(); const s = Cmap.connect(CmapMap.CMAP_MAP_STATS);
  for (const k of m.keys('')) { const v = m.get(k); console.log(k, typeof v, typeof v === 'bigint' ? v : v); }
  for (const k of s.keys('').slice(0, 12)) console.log(k, s.get(k));
  console.log(s.keys('').length);
  const v = Votequorum.connect(); console.log(v.getinfo(0), v.getinfo(2)); try { v.getinfo(9) } catch (e) { console.log(String(e)); }
  try { m.track('') ; console.log('track all ok') } catch (e) { console.log(String(e)); }
  try { console.log(m.get('x')) ; } catch (e) { console.log(String(e)); }
  try { console.log(m.get('x'.repeat(300))) ; } catch (e) { console.log(String(e)); }
  try { console.log(CmapMap, Cmap.connect(7 as never)) ; } catch (e) { console.log(String(e)); }
  } finally { await lab.down(); }
  const lab2 = await Lab.up({ nodes: 1, votequorum: false });
  lab2.enter(1);
  try { Votequorum.connect() } catch (e) { console.log(String(e)); }
  const q = Quorum.connect(); console.log(q.provider, q.getquorate()); q.trackstart(3); console.log(q.dispatch(2));
  await lab2.down();
  console.log(q.dispatch(2), q.close());
});
