import { expect, test } from 'vitest';
import { html } from '../../../exporter/page/html.ts';

test('what is put in is escaped, and a template within a template is not again', () => {
  const inner = html`<b>${`"'<>&\``}</b>`;
  expect(html`<p title="${'"'}">${[inner, 1, 'a < b']}</p>`.text).toBe(
    '<p title="&#34;"><b>&#34;&#39;&#60;&#62;&#38;&#96;</b>1a &#60; b</p>',
  );
});

test('what is absent leaves nothing', () => {
  expect(html`<p>${undefined}${null}${false}${[]}${''}${0}</p>`.text).toBe('<p>0</p>');
});

test.each([
  ['\n', '\\u{a}'],
  ['\u202e', '\\u{202e}'],
  ['\u2028', '\\u{2028}'],
  ['\ud800', '\\u{d800}'],
  ['\u{1f600}', '\u{1f600}'],
  ['é', 'é'],
])('%j is %j', (text, shown) => {
  expect(html`${text}`.text).toBe(shown);
});
