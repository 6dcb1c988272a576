/** A piece of a page that is safe to be put into one. */
export class Html {
  readonly text: string;

  /** Only for `html` and for text that is ours. */
  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | Html | readonly Content[] | null | undefined | false;

/** A template of a page: whatever is put in is escaped, unless it came of such a template itself. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.map((text, index) => text + textOf(contents[index])).join(''));
}

function textOf(content: Content): string {
  if (content === undefined || content === null || content === false) return '';
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(textOf).join('');
  return escapeHtml(String(content));
}

/** Text for an element or a quoted attribute. What could end a line or turn the direction of the text is made visible. */
function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029\u{fff9}-\u{fffb}]|\p{Surrogate}/gu, (char) => {
      return `\\u{${char.codePointAt(0)?.toString(16)}}`;
    });
}
