// What the pictures of the report have in common. Pictures are HTML too, so every text in them is escaped.
import { type Content, type Html, html } from './html.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly content: Content;
}

/** What a picture says to those who do not see it; a table beside it says the same. */
export interface Alternative {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** A picture for broad screens and paper, and one for telephones; the style sheet shows one of them. */
export function pictures(broad: Picture, narrow: Picture, { id, title, description }: Alternative): Html {
  return html`<div class="picture">${svg(broad, 'broad', { id: `${id}-broad`, title, description })}${svg(narrow, 'narrow', { id: `${id}-narrow`, title, description })}</div>`;
}

function svg({ width, height, content }: Picture, kind: string, { id, title, description }: Alternative): Html {
  return html`<svg class="${kind}" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-labelledby="${id}-title" aria-describedby="${id}-description"><title id="${id}-title">${title}</title><desc id="${id}-description">${description}</desc>${content}</svg>`;
}

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Of the style sheet. */
  readonly kind: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

export function label({ x, y, text, kind, anchor = 'start' }: Label): Html {
  return html`<text x="${round(x)}" y="${round(y)}" class="${kind}" text-anchor="${anchor}">${text}</text>`;
}

/** One of the page's symbols. @param size of its sides */
export function symbol(name: string, x: number, y: number, size: number): Html {
  return html`<use href="#icon-${name}" x="${round(x)}" y="${round(y)}" width="${size}" height="${size}" class="tone-${name}"/>`;
}

/** By how much bold letters are broader. */
export const bold = 1.1;

/** How wide a text of this size is at most, about: fonts differ, and nothing here measures them. */
export function widthOf(text: string, size: number): number {
  return [...text].reduce((sum, character) => sum + size * ((character.codePointAt(0) ?? 0) >= 0x1100 ? 1.1 : 0.6), 0);
}

/** The text, or as much of its beginning as is no wider than that. */
export function fitted(text: string, size: number, width: number): string {
  if (widthOf(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && widthOf(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('')}…`;
}

/** The text on one line or two, broken at a space where there is one. */
export function wrapped(text: string, size: number, width: number): readonly string[] {
  if (widthOf(text, size) <= width) return [text];
  const characters = [...text];
  const most = characters.findIndex((_, place) => widthOf(characters.slice(0, place + 1).join(''), size) > width);
  const space = characters.slice(0, most + 1).lastIndexOf(' ');
  const end = space > 0 ? space : most;
  return [characters.slice(0, end).join(''), fitted(characters.slice(end).join('').trim(), size, width)];
}

/** A place in a picture, with a tenth of precision. */
export function round(place: number): number {
  return Math.round(place * 10) / 10;
}
