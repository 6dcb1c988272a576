import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Every document that a person reads, by its path. */
export const documents: ReadonlyMap<string, string> = new Map(
  ['.', 'docs', 'dashboards', 'docs/pictures', 'src/corosync', 'test/dashboards']
    .flatMap((folder) => readdirSync(folder).map((name) => normalize(join(folder, name))))
    .filter((path) => path.endsWith('.md'))
    .map((path) => [path, readFileSync(path, 'utf8')]),
);

/** The text of a document. */
export function documentOf(path: string): string {
  const text = documents.get(path);
  if (text === undefined) throw new Error(`there is no ${path}`);
  return text;
}

/** The rows of the table whose first column is called this, each as its cells. */
export function tableOf(markdown: string, firstColumn: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n');
  const head = lines.findIndex((line) => line.startsWith(`| ${firstColumn} |`));
  if (head < 0) throw new Error(`there is no table of ${firstColumn}`);
  const rows = lines.slice(head + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end < 0 ? undefined : end).map((line) => {
    const cells = line.replaceAll('\\|', '\0').split('|').slice(1, -1);
    return cells.map((cell) => cell.replaceAll('\0', '|').trim());
  });
}

/** Spans and blocks of code, indented ones too. */
export function codeOf(markdown: string): readonly string[] {
  const fence = /^```\w*\n([\s\S]*?)^```/gm;
  const blocks = [...markdown.matchAll(fence)].map(([, code = '']) => code);
  const rest = markdown.replaceAll(fence, '');
  const indented = [...rest.matchAll(/^ {4}(\S.*)$/gm)].map(([, code = '']) => code);
  const spans = [...rest.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...blocks, ...indented, ...spans];
}

/** Links of a document to files and headings of the project that are not there. */
export function brokenLinks(path: string, markdown: string): readonly string[] {
  const text = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
  const targets = [...text.matchAll(/\]\(([^()\s]*)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : normalize(join(dirname(path), file));
      if (!existsSync(to)) return true;
      if (anchor === undefined) return false;
      return !anchorsOf(to === path ? markdown : readFileSync(to, 'utf8')).includes(anchor);
    });
}

/** The anchors of the headings, as GitHub makes them. */
function anchorsOf(markdown: string): readonly string[] {
  const headings = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm);
  return Array.from(headings, ([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
