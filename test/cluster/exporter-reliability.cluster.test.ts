import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusters } from './faults/faults.ts';
import type { Site } from './faults/site.ts';

// The faults of docs/reliability.md that no other suite holds.
for (const { name, up, faults } of clusters) {
  describe(name, () => {
    let site: Site;
    beforeAll(async () => {
      site = await up();
    });
    afterAll(() => site?.down());

    const own = faults.filter(({ suite }) => suite === undefined);
    test.each(own.map((fault) => [fault.name, fault] as const))('%s: seen, and recovered from', async (_, fault) => {
      const { seen, recovered } = await fault.run(site);
      console.info(`${fault.name}: ${seen}; ${recovered}`);
      expect(recovered).not.toBe('');
    });
  });
}
