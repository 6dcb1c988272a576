import type { Site } from './site.ts';

/** Something that goes wrong, of which the exporter has to make the best without help. */
export interface Fault {
  /** As the report names it. */
  readonly name: string;
  /** What is done, as the report says it. */
  readonly injected: string;
  /** The suite of each run of all tests that holds it, where that is not exporter-reliability. */
  readonly suite?: string;
  /** Does it, checks what has to be so and throws where it is not. */
  run(site: Site): Promise<Outcome>;
}

/** What was measured, in words for the report. */
export interface Outcome {
  /** While it lasted. */
  readonly seen: string;
  /** Afterwards. */
  readonly recovered: string;
}

/** Milliseconds as the report writes them. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 100 ? 3 : milliseconds < 9_950 ? 2 : 1)} s`;
}
