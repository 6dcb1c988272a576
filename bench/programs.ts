import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The benchmark's own programs, built here and now. */
export class Programs {
  /** For files of the run. */
  readonly folder = mkdtempSync(join(tmpdir(), 'corosync-exporter-bench-'));
  readonly replay = this.#build('replay', ['quorum', 'cpg', 'cmap', 'cfg', 'votequorum']);
  readonly runTools = this.#build('run-tools', []);

  #build(name: string, libraries: readonly string[]): string {
    const program = join(this.folder, name);
    const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
    execFileSync('gcc', ['-O2', '-o', program, source, ...libraries.map((library) => `-l${library}`)]);
    return program;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
