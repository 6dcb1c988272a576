import { defineConfig } from 'vitest/config';

const cluster = { testTimeout: 90_000, hookTimeout: 90_000 };

export default defineConfig({
  test: {
    projects: [
      {
        // No root, no corosync: runs anywhere in seconds, against the sources and the built program.
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/alerts/**', 'test/**/*.{cluster,alone}.test.ts'],
        },
      },
      {
        // The alerts told as stories to promtool: a minute, so not part of what runs in seconds.
        test: { name: 'rules', include: ['test/alerts/*.test.ts'] },
      },
      {
        // Real clusters in network namespaces. They wait more than they work: two cores carry two files well.
        test: {
          ...cluster,
          name: 'cluster',
          include: ['test/**/*.cluster.test.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Those that measure, or bring the machine to its limits.
        test: {
          ...cluster,
          name: 'alone',
          include: ['test/**/*.alone.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
