/** The labels of a series. */
export type Labels = Readonly<Record<string, string | number>>;

/**
 * Label sets from scrape to scrape: prom-client keeps the written form of a set by its object, so a series that brings
 * the same object again is not written again.
 */
export class LabelSets {
  #known: ReadonlyMap<string, Labels> = new Map();
  #used = new Map<string, Labels>();

  /** The object for these labels of a series; throws if the series has been asked for since the last sweep. */
  of(series: string, labels: Labels): Labels {
    if (this.#used.has(series)) throw new Error(`duplicate series ${series.split('\0', 1)}${JSON.stringify(labels)}`);
    const known = this.#known.get(series) ?? labels;
    this.#used.set(series, known);
    return known;
  }

  /** Forgets the series that were not asked for since the last sweep. */
  sweep(): void {
    this.#known = this.#used;
    this.#used = new Map();
  }
}
