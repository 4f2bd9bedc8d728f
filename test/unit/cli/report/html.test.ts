// Templates of HTML: what is put into one is text, whatever it is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { escapeHtml, html, styleElement, textOfHtml } from '../../../../src/cli/report/html.ts';
import { printable } from '../../../../src/cli/voice/fields.ts';

describe('templates', () => {
  test('text is escaped, HTML of a template is not escaped again', () => {
    const inner = html`<b>${'<i>&"\'`'}</b>`;
    assert.equal(
      textOfHtml(html`<p title="${'"x'}">${inner}${[1, undefined, 'a<']}</p>`),
      '<p title="&#34;x"><b>&#60;i&#62;&#38;&#34;&#39;&#96;</b>1a&#60;</p>',
    );
  });

  test('a value that only looks like HTML of a template is refused', () => {
    const forged: unknown = JSON.parse('{"markup":"<script>"}');
    assert.throws(() => html`${forged as string}`, TypeError);
  });

  test('an attribute without quotes is a mistake', () => {
    assert.throws(() => html`<p title=${'x onclick=1'}>`, TypeError);
    assert.throws(() => html`<p id="${'a'}" title=${'x'}>`, TypeError);
  });

  test('no text can leave its element or its attribute, and each means itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeHtml(text);
        assert.doesNotMatch(escaped, /[<>"'`]|&(?!#\d+;)/);
        assert.doesNotMatch(escaped, /[\p{Cc}\u202e]/u);
        assert.equal(
          escaped.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
          printable(text),
        );
      }),
    );
  });

  test('a style sheet cannot end its element', () => {
    assert.throws(() => styleElement('</style>'), TypeError);
  });
});
