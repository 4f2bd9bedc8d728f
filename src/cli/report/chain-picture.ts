// A chain drawn: a card for each certificate, and arrows to who issued it.
import type { ChainLink, Remark } from './chain.ts';
import { type Html, html } from './html.ts';
import { bold, fitted, label, type Picture, round, symbol, widthOf, wrapped } from './svg.ts';
import { organisationOf, shortName } from './words.ts';

interface Card {
  readonly link: ChainLink;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const padding = 15;
const nameSize = 15.5;
const lineHeight = 19;
/** Of a card whose name is on one line. */
const usualHeight = 132;
/** Room for what hangs on a card's lower edge, and for the half of a line that is drawn outside. */
const [hanging, edge] = [14, 2];
const broadWidth = 880;
const narrowWidth = 340;
const gap = { across: 72, down: 48 } as const;
/** So many cards stand beside each other. */
const most = 3;

/** The chain from left to right, or downwards where it is long. */
export function drawChainBroad(links: readonly ChainLink[]): Picture {
  if (links.length > most) return drawDownwards(links, broadWidth, 480);
  const width = Math.min(330, (broadWidth - (links.length - 1) * gap.across) / links.length - 2 * edge);
  const height = heightOf(links, width);
  const cards = links.map((link, place) => ({ link, x: edge + place * (width + 2 * edge + gap.across), y: edge, width, height }));
  return { width: broadWidth, height: height + hanging + edge, content: [cards.map(drawCard), cards.slice(1).map(arrowTo)] };
}

/** The chain downwards, for a telephone. */
export function drawChainNarrow(links: readonly ChainLink[]): Picture {
  return drawDownwards(links, narrowWidth, narrowWidth);
}

function drawDownwards(links: readonly ChainLink[], pictureWidth: number, cardWidth: number): Picture {
  const width = cardWidth - 2 * edge;
  const height = heightOf(links, width);
  const cards = links.map((link, place) => ({ link, x: edge, y: edge + place * (height + gap.down), width, height }));
  const whole = links.length * (height + gap.down) - gap.down + hanging + edge;
  return { width: pictureWidth, height: whole, content: [cards.map(drawCard), cards.slice(1).map(arrowDown)] };
}

/** All cards of a chain are of one height. */
function heightOf(links: readonly ChainLink[], width: number): number {
  const lines = Math.max(...links.map((link) => nameLines(link, width).length));
  return usualHeight + (lines - 1) * lineHeight;
}

function nameLines({ certificate }: ChainLink, width: number): readonly string[] {
  return wrapped(shortName(certificate), nameSize * bold, width - 2 * padding);
}

function drawCard({ link, x, y, width, height }: Card): Html {
  const { certificate, role, trust, validity, revocation } = link;
  const [left, inner, lines] = [x + padding, width - 2 * padding, nameLines(link, width)];
  const below = y + 46 + (lines.length - 1) * lineHeight;
  const kind = trust === undefined ? 'card' : `card ${trust.tone}`;
  return html`<g><rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="10"/>${[
    label({ x: left, y: y + 24, kind: 'faint', text: fitted(role, 12, inner) }),
    lines.map((text, line) => label({ x: left, y: y + 46 + line * lineHeight, kind: 'strong', text })),
    label({ x: left, y: below + 17, kind: 'faint', text: fitted(organisationOf(certificate) ?? '', 12, inner) }),
    drawRemark(validity, left, below + 41, inner),
    drawRemark(revocation, left, below + 62, inner),
    trust && drawBadge(trust, x, y + height, width),
  ]}</g>`;
}

function drawRemark({ tone, text }: Remark, x: number, y: number, width: number): Html {
  return html`${symbol(tone, x, y - 12, 15)}${label({ x: x + 21, y, kind: 'remark', text: fitted(text, 12.5, width - 21) })}`;
}

/** On the lower edge of a card, as a seal. */
function drawBadge({ tone, text }: Remark, x: number, y: number, width: number): Html {
  const shown = fitted(text, 12 * bold, width - 50);
  const [left, size] = [x + padding - 3, widthOf(shown, 12 * bold) + 38];
  return html`<rect class="badge ${tone}" x="${round(left)}" y="${round(y - 12)}" width="${round(size)}" height="24" rx="12"/>${symbol(tone, left + 6, y - 8, 16)}${label({ x: left + 27, y: y + 4.5, kind: 'badge-text', text: shown })}`;
}

function arrowTo({ x, y, height }: Card): Html {
  const [middle, from, to] = [y + height / 2, x - gap.across + 5, x - 9];
  return html`${label({ x: (from + to) / 2, y: middle - 9, kind: 'faint', anchor: 'middle', text: 'issued by' })}<path class="arrow" d="M${round(from)} ${round(middle)}H${round(to)}m-7 -5l7 5l-7 5"/>`;
}

/** Beside what hangs on the card above. */
function arrowDown({ y, width }: Card): Html {
  const x = width - 60;
  return html`${label({ x: x - 12, y: y - gap.down / 2 + 4, kind: 'faint', anchor: 'end', text: 'issued by' })}<path class="arrow" d="M${round(x)} ${round(y - gap.down + 7)}V${round(y - 9)}m-5 -7l5 7l5 -7"/>`;
}
