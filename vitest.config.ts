import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        // No root, no corosync: runs anywhere in seconds, against the sources and the built program.
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/alerts/**', 'test/**/*.cluster.test.ts'],
        },
      },
      {
        // The alerts told as stories to promtool: a minute, so not part of what runs in seconds.
        test: { name: 'rules', include: ['test/alerts/*.test.ts'] },
      },
      {
        // Real clusters in network namespaces. One file at a time: two cores carry one lab well.
        test: {
          name: 'cluster',
          include: ['test/**/*.cluster.test.ts'],
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
