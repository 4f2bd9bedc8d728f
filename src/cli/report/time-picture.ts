// A time line drawn: a bar for all that is valid for a while, a line for all that happens once.
import { type Content, type Html, html } from './html.ts';
import { bold, fitted, label, type Picture, round, widthOf } from './svg.ts';
import type { Bar, Mark, TimeLine } from './time-line.ts';
import { spansOf, type TimeScale, timeScale } from './time-scale.ts';
import { dayText, momentText, shortDuration } from './words.ts';

interface Frame {
  readonly width: number;
  /** Whether there is room for a bar's name and its times on one line. */
  readonly roomy: boolean;
}

const margin = 14;
const lane = 21;
const size = 12;
const flagPadding = 26;

/** For broad screens and paper. */
export function drawTimeLineBroad(line: TimeLine): Picture {
  return draw(line, { width: 880, roomy: true });
}

/** For telephones. */
export function drawTimeLineNarrow(line: TimeLine): Picture {
  return draw(line, { width: 340, roomy: false });
}

function draw(line: TimeLine, frame: Frame): Picture {
  const scale = timeScale(timesOf(line), margin, frame.width - margin);
  const placed = placeMarks(line.marks, scale, frame);
  const top = Math.max(...placed.map((mark) => mark.lane + 1)) * lane + 14;
  const row = frame.roomy ? 46 : 60;
  const bottom = top + line.bars.length * row + 6;
  const content: Content = [
    line.bars.map((bar, index) => drawBar(bar, top + index * row, scale, frame)),
    placed.map((mark) => drawGuide(mark, bottom)),
    line.bars.map((bar, index) => drawBarText(bar, top + index * row, frame)),
    placed.map(drawMark),
    drawSpans(line, scale, bottom),
  ];
  return { width: frame.width, height: bottom + 30, content };
}

function timesOf({ bars, marks }: TimeLine): readonly number[] {
  return [...bars.flatMap(({ from, to }) => [from, ...(to === undefined ? [] : [to])]), ...marks.map(({ at }) => at)].map((time) =>
    time.getTime(),
  );
}

interface PlacedMark extends Mark {
  readonly x: number;
  /** From above; those whose texts would meet are in different ones. */
  readonly lane: number;
  readonly text: string;
  readonly left: number;
}

/** Each mark's text is in the first lane in which it meets no other. */
function placeMarks(marks: readonly Mark[], scale: TimeScale, { width, roomy }: Frame): readonly PlacedMark[] {
  const ends: number[] = [];
  return marks.map((mark) => {
    const x = scale(mark.at.getTime());
    const words = roomy ? `${mark.name} · ${dayText(mark.at)}` : `${shortest(mark)} ${dayText(mark.at)}`;
    const text = fitted(words, sizeOf(mark.kind), width - flagPadding - 6);
    const length = flagLength(mark.kind, text);
    const left = Math.min(Math.max(x - 9, 2), width - length - 2);
    const free = ends.findIndex((end) => end + 6 < left);
    const chosen = free === -1 ? ends.length : free;
    ends[chosen] = left + length;
    return { ...mark, x, lane: chosen, text, left };
  });
}

/** With the room for its shape. */
function flagLength(kind: Mark['kind'], text: string): number {
  return widthOf(text, sizeOf(kind)) + flagPadding;
}

/** What weighs most is bold. */
function sizeOf(kind: Mark['kind']): number {
  return kind === 'now' || kind === 'revoked' ? size * bold : size;
}

function shortest({ kind, name }: Mark): string {
  return { signed: 'Signed', timestamped: 'Timestamped', expires: 'Expires', revoked: 'Revoked', now: name }[kind];
}

function drawGuide({ x, lane: place, kind }: PlacedMark, bottom: number): Html {
  return html`<path class="guide ${kind}" d="M${round(x)} ${place * lane + 20}V${bottom}"/>`;
}

function drawMark({ x, left, lane: place, kind, text }: PlacedMark): Html {
  const [y, length] = [place * lane + 2, flagLength(kind, text)];
  return html`<rect class="flag ${kind}" x="${round(left)}" y="${y}" width="${round(length)}" height="19" rx="9.5"/>${shapeOf(kind, left + 11, y + 9.5)}${label({ x: left + 19, y: y + 13.8, kind: `flag-text ${kind}`, text })}<circle class="foot ${kind}" cx="${round(x)}" cy="${y + 19}" r="2"/>`;
}

/** A shape for each kind, since not everybody tells colours apart. */
function shapeOf(kind: Mark['kind'], x: number, y: number): Html {
  const at = `${round(x)} ${round(y)}`;
  const path = {
    signed: `M${at}m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`,
    timestamped: `M${at}m0 -5l5 5l-5 5l-5 -5z`,
    expires: `M${at}m-4 -4h8v8h-8z`,
    revoked: `M${at}m-4 -4l8 8m0 -8l-8 8`,
    now: `M${at}m-4 -3.5h8l-4 7.5z`,
  }[kind];
  return html`<path class="shape ${kind}" d="${path}"/>`;
}

function drawBar({ kind, from, to }: Bar, y: number, scale: TimeScale, { width, roomy }: Frame): Html {
  const x = scale(from.getTime());
  const end = to === undefined ? width - 4 : scale(to.getTime());
  const place = y + (roomy ? 24 : 38);
  const length = round(Math.max(end - x, 5));
  return html`<rect class="track" x="${margin - 8}" y="${place}" width="${width - 2 * margin + 16}" height="12" rx="6"/><rect class="bar ${kind}" x="${round(x)}" y="${place}" width="${length}" height="12" rx="${to === undefined ? 0 : 4}"/>${to === undefined ? html`<path class="bar ${kind}" d="M${round(x + length - 1)} ${place}l5 6l-5 6z"/>` : undefined}`;
}

function drawBarText({ name, from, to }: Bar, y: number, { width, roomy }: Frame): Content {
  const range =
    to === undefined
      ? `from ${momentText(from).slice(0, 16)} UTC, without an end`
      : roomy
        ? longRange(from, to)
        : `${dayText(from)} – ${dayText(to)} (${lengthOf(from, to)})`;
  const [left, right] = [margin - 8, width - margin + 8];
  if (!roomy) {
    return [
      label({ x: left, y: y + 14, kind: 'name halo', text: fitted(name, 13 * bold, width - 16) }),
      label({ x: left, y: y + 30, kind: 'faint halo', text: fitted(range, size, width - 16) }),
    ];
  }
  return [
    label({ x: left, y: y + 16, kind: 'name halo', text: fitted(name, 13 * bold, width - widthOf(range, size) - 50) }),
    label({ x: right, y: y + 16, kind: 'faint halo', anchor: 'end', text: range }),
  ];
}

function longRange(from: Date, to: Date): string {
  return `${momentText(from).slice(0, 16)} – ${momentText(to).slice(0, 16)} UTC (${lengthOf(from, to)})`;
}

function lengthOf(from: Date, to: Date): string {
  return shortDuration(Math.max(to.getTime() - from.getTime(), 0));
}

/** Below the bars, how long it is from one time to the next, where there is room to say it. */
function drawSpans(line: TimeLine, scale: TimeScale, y: number): Content {
  const spans = spansOf(timesOf(line), scale);
  const ticks = [...new Set(spans.flatMap(({ from, to }) => [from, to]))];
  return [
    html`<path class="axis" d="M${margin - 8} ${y}H${round((ticks.at(-1) ?? 0) + 8)}${ticks.map((x) => `M${round(x)} ${y - 3}v6`).join('')}"/>`,
    spans.map(({ from, to, duration }) => {
      const text = shortDuration(duration);
      if (widthOf(text, 11) > to - from - 4) return undefined;
      return label({ x: (from + to) / 2, y: y + 17, kind: 'tick', anchor: 'middle', text });
    }),
  ];
}
