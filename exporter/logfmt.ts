/** One record as a logfmt line: ts, level and msg first. */
export function logfmt({ ts, level, msg, ...fields }: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries({ ts, level, msg, ...fields }).map(([key, value]) => `${safeKey(key)}=${quoted(value)}`);
  return `${pairs.join(' ')}\n`;
}

function safeKey(key: string): string {
  return key.replace(/[^\w.-]/g, '_');
}

function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
  if (/^[\w.:/@%+,*[\]()-]+$/.test(text)) return text;
  // JSON leaves DEL, the C1 controls and the Unicode line ends as they are; a terminal does not.
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
