import { clientStatistics } from './client-statistics.ts';
import type { CmapEntry } from './cmap.ts';
import type { Site } from './connection.ts';
import { knetStatistics } from './knet-statistics.ts';
import { loopSeconds, script } from './script.ts';
import { totemStatistics } from './totem-statistics.ts';

const loop = loopSeconds * 1000;

/** corosync keeps the ten newest pauses. */
const keptPauses = 10;

/** The simulated statistics map. All counters are functions of time that do not fall while corosync runs. */
export function statistics(site: Site): CmapEntry[] {
  return [
    ...totemStatistics(site.nodeid),
    ...knetStatistics(site.nodeid),
    ...clientStatistics(site.nodeid),
    ...pauses(site),
  ];
}

/** `stats.schedmiss.*`, newest first: corosync notices after a freeze that it was not scheduled. */
function pauses({ nodeid, startedAt }: Site): CmapEntry[] {
  const frozen = script.flatMap((step, index) => {
    if (!step.frozen?.includes(nodeid)) return [];
    const end = (script[index + 1]?.at ?? loopSeconds) * 1000;
    return [{ end, delay: end - step.at * 1000 }];
  });
  const newest = (time: number, age: number) => {
    const ended = frozen.filter(({ end }) => end <= time % loop).length;
    const number = Math.floor(time / loop) * frozen.length + ended - 1 - age;
    const pause = frozen[number % frozen.length];
    return number < 0 || pause === undefined
      ? undefined
      : { delay: pause.delay, end: pause.end + Math.floor(number / frozen.length) * loop };
  };
  return Array.from({ length: keptPauses }, (_, age) => age).flatMap((age): CmapEntry[] => [
    [`stats.schedmiss.${age}.delay`, (time) => newest(time, age)?.delay],
    [
      `stats.schedmiss.${age}.timestamp`,
      (time) => {
        const pause = newest(time, age);
        return pause && BigInt(Math.round(startedAt + pause.end));
      },
    ],
  ]);
}
