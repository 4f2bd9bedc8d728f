// The times of a signature: drawn on one line, and told in a table.
import type { EvidenceOf } from '../../verify/outcome.ts';
import { type Judged, statusesIn } from '../verify/verdict.ts';
import type { ReportFacts } from './facts.ts';
import { type Content, type Html, html } from './html.ts';
import { table } from './list.ts';
import { timeIn } from './signature-time.ts';
import { pictures } from './svg.ts';
import { type TimeLine, timeLineOf } from './time-line.ts';
import { drawTimeLineBroad, drawTimeLineNarrow } from './time-picture.ts';
import { durationText, moment, momentText, quoted } from './words.ts';

/** All times of a signature. */
export function timeSection(id: string, signature: Judged, intact: EvidenceOf['integrity'], { at: now }: ReportFacts): Html {
  const statuses = signature.findings.flatMap(statusesIn);
  const line = timeLineOf({ intact, time: timeIn(signature), statuses, now });
  const alternative = { id: `${id}-time`, title: 'Time line', description: descriptionOf(line) };
  return html`<h3>Time line</h3><p class="remark-line">Not to scale: the longer a span, the more it is shortened. Below the line stands how long it is from one time to the next.</p>${pictures(drawTimeLineBroad(line), drawTimeLineNarrow(line), alternative)}<details class="more"><summary>Time line, in words</summary>${[
    table(
      'What happened, in order',
      ['What', 'When', 'From now'],
      line.marks.map(({ name, at }) => [quoted(name), moment(at), fromNow(at, now)]),
    ),
    table(
      'What is valid how long',
      ['What', 'From', 'To'],
      line.bars.map(({ name, from, to }) => [quoted(name), moment(from), to === undefined ? 'without an end' : moment(to)]),
    ),
  ]}</details>`;
}

function descriptionOf({ bars, marks }: TimeLine): string {
  const happened = marks.map(({ name, at }) => `${name}: ${momentText(at)}`);
  const valid = bars.map(
    ({ name, from, to }) => `${name}: valid from ${momentText(from)} ${to === undefined ? 'without an end' : `to ${momentText(to)}`}`,
  );
  return `${[...happened, ...valid].join('. ')}.`;
}

function fromNow(at: Date, now: Date): Content {
  const milliseconds = at.getTime() - now.getTime();
  if (milliseconds === 0) return '–';
  return milliseconds > 0 ? `in ${durationText(milliseconds)}` : `${durationText(-milliseconds)} ago`;
}
