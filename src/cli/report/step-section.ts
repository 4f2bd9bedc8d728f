// The steps of a signature as a list: each with its verdict, its evidence, and what the policy makes of it.
import { absenceOf, type EvidenceWish, factsOf, stepTitles } from './evidence.ts';
import { type Html, html } from './html.ts';
import { definitions } from './list.ts';
import type { Step, StepResult } from './steps.ts';

const words: Readonly<Record<StepResult, { readonly text: string; readonly tone: string }>> = {
  passed: { text: 'Passed', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  logged: { text: 'Failed, only logged', tone: 'note' },
  skipped: { text: 'Left out', tone: 'plain' },
  'not reached': { text: 'Not reached', tone: 'plain' },
};

/** The checks of a signature. */
export function stepSection(id: string, wish: EvidenceWish): Html {
  return html`<h3 id="${id}-checks">Checks</h3><ol class="steps" aria-labelledby="${id}-checks">${wish.steps.map((step) => stepItem(step, wish))}</ol>`;
}

function stepItem(step: Step, wish: EvidenceWish): Html {
  const { title, asks } = stepTitles[step.stage];
  const { text, tone } = words[step.result];
  const facts = factsOf(step, wish);
  return html`<li class="${tone}" data-step="${step.stage}" data-result="${step.result}"><svg class="mark" aria-hidden="true"><use href="#icon-${step.result === 'not reached' ? 'none' : tone}"/></svg><div><p class="step-title"><strong>${title}</strong> <span class="verdict">${text}</span> <span class="action">${actionText(step)}</span></p><p class="asks">${[asks, absenceOf(step, wish.steps)].filter((text) => text !== undefined).join(' ')}</p>${facts.length === 0 ? undefined : definitions(facts)}</div></li>`;
}

function actionText({ action }: Step): string {
  if (action === undefined) return 'always enforced';
  return { enforce: 'enforced by the policy', log: 'logged by the policy', skip: 'skipped by the policy' }[action];
}
