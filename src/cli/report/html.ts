// HTML that is made of templates: what is put into one is text, unless it was made by one itself.
import { printable } from '../voice/fields.ts';

const markup = Symbol('markup');

/** HTML that may go into a page as it is. Only `html` makes it. */
export interface Html {
  readonly [markup]: string;
}

/** What may stand in a template. Texts, whoever wrote them, are escaped; what is undefined is nothing. */
export type Content = Html | string | number | undefined | readonly Content[];

/**
 * HTML of a template. Every value is escaped for elements and for attributes in quotes; control characters, and those that turn the direction
 * of reading, are made visible.
 * @throws TypeError for a template that puts a value into an attribute without quotes
 */
export function html(pieces: TemplateStringsArray, ...values: readonly Content[]): Html {
  if (pieces.slice(0, -1).some((piece) => /=\s*$/.test(piece))) throw new TypeError('an attribute without quotes');
  return { [markup]: pieces.map((piece, index) => piece + markupOf(values[index])).join('') };
}

/** A style sheet of ours, as its element, in which nothing is escaped. @throws TypeError for one that could end the element */
export function styleElement(sheet: string): Html {
  if (sheet.includes('<')) throw new TypeError('a style sheet with <');
  return { [markup]: `<style>${sheet}</style>` };
}

/** The HTML as text, to be written. */
export function textOfHtml(content: Html): string {
  return content[markup];
}

/** Text that means itself in HTML, in an element and in an attribute in quotes. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function markupOf(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  return markup in content ? content[markup] : content.map(markupOf).join('');
}
