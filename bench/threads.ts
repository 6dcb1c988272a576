import { readdirSync, readFileSync } from 'node:fs';

/** The CPU time of each thread of a process so far, in seconds, by thread id. */
export function threadSeconds(pid: number): Map<number, number> {
  const folder = `/proc/${pid}/task`;
  return new Map(
    readdirSync(folder).map((tid) => {
      const [nanoseconds] = readFileSync(`${folder}/${tid}/schedstat`, 'utf8').split(' ');
      return [Number(tid), Number(nanoseconds) / 1e9];
    }),
  );
}
