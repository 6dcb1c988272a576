import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dashboards } from './all.ts';
import { forGrafanaCom } from './grafana-com.ts';

// Without arguments the committed files; `--grafana-com FOLDER` writes those for grafana.com there.
const [option, folder] = process.argv.slice(2);
if (option !== undefined && (option !== '--grafana-com' || folder === undefined))
  throw new Error('usage: generate.ts [--grafana-com FOLDER]');

const target = folder ?? fileURLToPath(new URL('..', import.meta.url));
mkdirSync(target, { recursive: true });
for (const [uid, json] of Object.entries(dashboards)) {
  const written = folder === undefined ? json : forGrafanaCom(json);
  writeFileSync(join(target, `${uid}.json`), `${JSON.stringify(written, null, 2)}\n`);
}
