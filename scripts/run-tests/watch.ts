// What is known of a test file while it runs, and when there is no hope for it.
import type { Step, TestEvent, Verdict } from './event.ts';

/** Milliseconds. */
export interface Limits {
  /** For one test or one hook. */
  readonly test: number;
  /** Until the next test begins or ends: what blocks its process cannot be ended by the limit of its test. */
  readonly silence: number;
  /** For a process whose tests have all ended. */
  readonly leaving: number;
}

/** Why a process must be ended: it hangs, or nothing is left to do in it but what keeps it alive. */
export type Hopeless = { readonly state: 'hangs'; readonly why: string } | { readonly state: 'stays'; readonly open: string };

export interface Watch {
  note(event: TestEvent): void;
  hopeless(): Hopeless | undefined;
  /** What is wrong with a process that has ended by itself with this code. */
  complaint(code: number): string | undefined;
  /** Where it was, for messages. */
  place(): string;
}

/** Begins to watch; `keep` is given every verdict, `now` is in milliseconds. */
export function watch(limits: Limits, keep: (verdict: Verdict) => void, now: () => number = Date.now): Watch {
  const begun: string[] = [];
  const state = { known: 0, ended: 0, failed: false, last: '', open: '', heard: now() };
  const step = ({ type, name }: Step) => {
    if (type === 'known') state.known += 1;
    if (type === 'begun') begun.push(name);
    if (type !== 'ended') return;
    state.ended += 1;
    state.last = name;
    if (begun.includes(name)) begun.splice(begun.indexOf(name), 1);
  };
  const take = (verdict: Verdict) => {
    state.failed ||= verdict.type === 'failed';
    keep(verdict);
  };
  return {
    note: (event) => {
      if (event.type === 'quiet') {
        state.open = event.open.join(', ');
        return;
      }
      state.heard = now();
      if (isStep(event)) step(event);
      else take(event);
    },
    hopeless: () => {
      const quietMs = now() - state.heard;
      if (quietMs > limits.silence) return { state: 'hangs', why: `nothing was heard for ${limits.silence / 1000} s` };
      const done = state.known > 0 && state.ended >= state.known;
      return done && quietMs > limits.leaving ? { state: 'stays', open: state.open || 'unknown' } : undefined;
    },
    complaint: (code) => {
      if (state.known === 0) return `its process ended with ${code} before any test`;
      if (state.ended < state.known) return `its process ended with ${code} before ${state.known - state.ended} of its tests and suites`;
      return code !== 0 && !state.failed ? `its process ended with ${code}` : undefined;
    },
    place: () => {
      const names = begun.length > 0 ? `begun and not ended: ${begun.join(', ')}` : 'nothing begun';
      return state.last === '' ? names : `${names}; the last that ended: ${state.last}`;
    },
  };
}

function isStep(event: Step | Verdict): event is Step {
  return event.type === 'known' || event.type === 'begun' || event.type === 'ended';
}
