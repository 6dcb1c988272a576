import { createHash } from 'node:crypto';
import { Content } from '../content.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/** A file that the page loads; its path changes with its text, so that it may be kept for ever. */
export interface Asset {
  readonly path: string;
  readonly type: 'css' | 'js';
  readonly content: Content;
}

export const assets = { style: asset('css', style), script: asset('js', script) } as const;

function asset(type: Asset['type'], text: string): Asset {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { path: `/assets/page-${hash}.${type}`, type, content: new Content(text) };
}
