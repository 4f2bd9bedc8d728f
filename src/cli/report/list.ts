// Lists and tables of the report.
import { type Content, type Html, html } from './html.ts';

/** Labels and what they stand for. */
export function definitions(entries: readonly (readonly [label: string, content: Content])[]): Html {
  return html`<dl>${entries.map(([label, content]) => html`<div><dt>${label}</dt><dd>${content}</dd></div>`)}</dl>`;
}

/** A table whose first column names its rows. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Content[])[]): Html {
  const headCells = head.map((text) => html`<th scope="col">${text}</th>`);
  const lines = rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`);
  return html`<table><caption>${caption}</caption><thead><tr>${headCells}</tr></thead><tbody>${lines}</tbody></table>`;
}
