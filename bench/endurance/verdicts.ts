import { type Growing, growing } from './growth.ts';
import type { Latencies, Result } from './result.ts';

/** Bytes an hour. */
const mostGrowth = 1e6;
/** Milliseconds: it waits for corosync for 3 s at most, and reserves half a second for the rest (scrape-deadline.ts). */
const mostTime = 3_500;

const memory: Readonly<Record<Growing, string>> = {
  rss: 'the memory (RSS)',
  anonymous: 'its anonymous memory',
  heapAfterCollection: 'the heap after collections',
};

/** Whether one thing is as it must be, and what was found. */
export interface Verdict {
  readonly what: string;
  readonly found: string;
  readonly good: boolean;
}

/** What a run must fulfil; a figure that a short one cannot have is left out. */
export function verdicts(result: Result): Verdict[] {
  const { scrapes, latencies, scrapeProblems, restarts, memberships, links, begin, end, leftByKills } = result;
  const same = (what: string, name: 'descriptors' | 'threads' | 'slots' | 'shm' | 'mapped'): Verdict => ({
    what,
    found: `${begin?.[name]} before, ${end?.[name]} after`,
    good: begin !== undefined && end !== undefined && end[name] === begin[name],
  });
  return [
    {
      what: 'Scrapes made',
      found: `${scrapes.done} of ${scrapes.planned}`,
      good: scrapes.done >= 0.99 * scrapes.planned,
    },
    {
      what: 'Each answer is 200, parses, and no counter of the exporter falls',
      found: `${scrapeProblems.length} exceptions`,
      good: scrapeProblems.length === 0,
    },
    {
      what: `Each answer comes within ${mostTime / 1000} s, also while corosync is gone`,
      found: `with corosync up ${times(latencies.up)}; all ${times(latencies.all)}`,
      good: latencies.all.max < mostTime,
    },
    {
      what: 'Restarts of the corosync that the exporter talks to',
      found: `${restarts.done} of ${restarts.planned}, ${restarts.kills} of them by SIGKILL`,
      good: restarts.done >= restarts.planned,
    },
    {
      what: 'Changes of the membership',
      found: `${memberships.memberships.told} told, ${memberships.memberships.expected} seen by the observer`,
      good: memberships.memberships.told === memberships.memberships.expected,
    },
    {
      what: 'Changes of the quorate flag',
      found: `${memberships.transitions.told} told, ${memberships.transitions.expected} seen by the observer`,
      good: memberships.transitions.told === memberships.transitions.expected,
    },
    {
      what: 'Changes of links that lasted 2.5 s',
      found: `${links.told} told, ${links.lasting} in corosync's log`,
      good: links.told === links.lasting,
    },
    {
      what: "Ups and downs of links counted, against corosync's log",
      found: `${links.compared} counters compared`,
      good: links.compared > 0,
    },
    none('Transitions missed', [...memberships.missed, ...links.missed]),
    none('Transitions told that were none', [...memberships.invented, ...links.invented]),
    none('Counters that differ from the observer', result.counters),
    ...growing.flatMap((name): Verdict[] => {
      const growth = result.growth[name];
      if (growth === undefined || result.seconds < 3600) return [];
      return [
        {
          what: `Growth of ${memory[name]}`,
          found: `${(growth / 1e6).toFixed(2)} MB an hour`,
          good: growth < mostGrowth,
        },
      ];
    }),
    same('Descriptors', 'descriptors'),
    same('Threads', 'threads'),
    same("koffi's callback slots in use", 'slots'),
    same("Folders of the exporter's connections in /dev/shm", 'shm'),
    same("Mappings of libqb's files", 'mapped'),
    {
      what: 'Folders in /dev/shm left by a corosync that ended in order',
      found: `${end?.shmLeft}`,
      good: end?.shmLeft === 0,
    },
    {
      what: 'Folders in /dev/shm left by a corosync that was killed: no more than one a connection',
      found: leftByKills.length === 0 ? 'no kill' : `at most ${Math.max(...leftByKills)}`,
      good: leftByKills.every((count) => count <= (begin?.shm ?? 0)),
    },
    none('Steps that failed', result.problems),
  ];
}

function none(what: string, list: readonly string[]): Verdict {
  const more = list.length > 3 ? `; ${list.length - 3} more` : '';
  return { what, found: list.length === 0 ? 'none' : list.slice(0, 3).join('; ') + more, good: list.length === 0 };
}

function times({ p50, p99, max }: Latencies): string {
  return `median ${p50.toFixed(1)} ms, 99 % ${p99.toFixed(1)} ms, longest ${max.toFixed(0)} ms`;
}
