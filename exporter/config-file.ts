import {
  type Alias,
  type Document,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { ConfigError } from './config-error.ts';

/** What a file says, and on which line it says it. */
export interface Settings {
  readonly data: unknown;
  /** The line of a setting, or of the nearest group around it. */
  readonly line: (path: readonly PropertyKey[]) => number | undefined;
}

/**
 * Reads YAML; what is not valid or is said twice is a ConfigError with its line. Nothing of a file that is `secret` is in
 * the error but names of settings.
 */
export function parseConfigFile(name: string, text: string, { secret = false } = {}): Settings {
  const deep = tooDeep(text);
  if (deep !== undefined)
    throw new ConfigError(`${name}:${deep}: nested too deeply; no setting is deeper than a list in a group`);
  const lines = new LineCounter();
  // Keys given twice are found below, where their full name is known.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    // As they are written: a user may be called 007 or True.
    stringKeys: true,
    // Plain data only: a !!set, for one, would pass for a group without settings.
    schema: 'core',
    resolveKnownTags: false,
    logLevel: 'error',
  });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  // What follows a colon is text of the file.
  const shown = (message: string) => message.replace(/\s+/g, ' ').replace(secret ? /:.*$|\.$/ : /[.:]$/, '');

  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined) {
    const reason = shown(error.message);
    throw new ConfigError(
      `${name}:${lineAt(error.pos[0])}: not valid YAML: ${reason}; correct the line or its indentation`,
    );
  }
  const twice = findRepeatedKey(document.contents);
  if (twice !== undefined) {
    const [first, second] = twice.offsets.map(lineAt);
    throw new ConfigError(`${name}:${second}: ${twice.path} is already set on line ${first}; remove one of the two`);
  }
  const line = (path: readonly PropertyKey[]) => {
    const offset = offsetOf(document.contents, path);
    return offset === undefined ? 1 : lineAt(offset);
  };
  try {
    return { data: document.toJS(), line };
  } catch (cause) {
    // An alias without its anchor, or with too many others in it, is only found here.
    const reason = shown(cause instanceof Error ? cause.message : String(cause));
    const line = lineAt(startOf(findUnresolved(document)));
    throw new ConfigError(`${name}:${line}: not valid YAML: ${reason}; write the values out`, { cause });
  }
}

/** Deeper than this is no configuration; much deeper, and the parser takes all of the stack, or the process with it. */
const deepest = 100;

/** The line on which a group or list is nested too deeply, by its brackets or by what stands before its first word. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (const [index, line] of text.split(/\r\n?|\n/).entries()) {
    if (line.search(/[^ ?:-]|$/) > 2 * deepest) return index + 1;
    for (const character of line) {
      if (character === '[' || character === '{') depth += 1;
      else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
      if (depth > deepest) return index + 1;
    }
  }
  return undefined;
}

function findRepeatedKey(contents: unknown): { path: string; offsets: readonly number[] } | undefined {
  let found: { path: string; offsets: readonly number[] } | undefined;
  visit(contents as Node | null, {
    Map(_, map, ancestors) {
      const seen = new Map<string, number>();
      for (const { key } of map.items) {
        const [text, offset] = [keyText(key), startOf(key)];
        const before = seen.get(text);
        if (before === undefined) seen.set(text, offset);
        else {
          const around = ancestors.flatMap((node) => ('key' in node ? [keyText((node as Pair).key)] : []));
          found = { path: [...around, text].join('.'), offsets: [before, offset] };
          return visit.BREAK;
        }
      }
      return undefined;
    },
  });
  return found;
}

/** The first alias whose anchor is not before it. */
function findUnresolved(document: Document.Parsed): Alias | undefined {
  let found: Alias | undefined;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      found = alias;
      return visit.BREAK;
    },
  });
  return found;
}

/** Where a setting's key is, or its value in a list; as deep as the path leads. */
function offsetOf(contents: unknown, path: readonly PropertyKey[]): number | undefined {
  let node = contents;
  let offset: number | undefined = startOf(contents);
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item.key) === String(key));
      if (pair === undefined) return offset;
      offset = startOf(pair.key);
      node = pair.value;
    } else {
      const items: readonly unknown[] = (node as { readonly items?: readonly unknown[] } | null)?.items ?? [];
      node = items[Number(key)];
      if (node === undefined) return offset;
      offset = startOf(node);
    }
  }
  return offset;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function startOf(node: unknown): number {
  return (node as { readonly range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
}
