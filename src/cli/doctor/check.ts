// One thing that is looked at, and what came of it.
import { NotationError, toNotationError } from '../../core/error.ts';
import { type Finding, unknown } from '../../core/finding.ts';
import type { Patient } from './patient.ts';

export interface Check {
  /** For programs; it never changes. */
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** Earlier checks, after whose failure there is nothing to look at. */
  readonly needs?: readonly string[];
  /** What to do about a failure that does not say it by itself. */
  readonly hint?: string;
  /** Looks at what all others did. */
  readonly last?: true;
  /** Changes nothing anywhere. What it throws is a failure; nothing, where there is no such thing here. */
  readonly run: (patient: Patient) => Promise<Finding | readonly Finding[] | undefined>;
}

/** Checks of one subject, in the order in which they are told. */
export interface Section {
  readonly title: string;
  readonly checks: readonly Check[];
}

/** What came of a check; a check has one for each thing that it found. */
export interface Result extends Finding {
  readonly id: string;
  readonly title: string;
}

/** The finding that an error is. */
export function failed(error: unknown): Finding {
  const { code, message, hint, metadata } = toNotationError(error);
  return { status: 'failure', message, ...(hint !== undefined && { hint }), facts: { code, ...metadata } };
}

/** What could not be looked at because the check of that id failed: of a row that need each other, the first is the one to look at. */
export function blockedBy(id: string): Finding {
  return { ...unknown(`not checked, as ${id} failed`), facts: { blockedBy: id } };
}

/** Whether an error says that this identity may not look. */
export function isDenied(error: unknown): error is NotationError {
  return error instanceof NotationError && error.code === 'ACCESS_DENIED';
}
