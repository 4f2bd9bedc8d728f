/** What a machine may want to know of a finding, by name. Never a secret. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/**
 * What an examination found of one thing. `unknown`: it could not be looked at, and that is no fault. What an examination cannot even begin with is
 * thrown as a NotationError instead.
 */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'failure' | 'unknown';
  /** One sentence without a full stop; it may hold what others wrote. */
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
  readonly facts?: Facts;
}

/** A finding with nothing wrong. */
export function found(message: string, facts?: Facts): Finding {
  return { status: 'ok', message, ...(facts && { facts }) };
}

/** A finding that may be wrong. */
export function doubtful(message: string, hint: string, facts?: Facts): Finding {
  return { status: 'warning', message, hint, ...(facts && { facts }) };
}

/** A finding that is wrong. */
export function wrong(message: string, hint: string, facts?: Facts): Finding {
  return { status: 'failure', message, hint, ...(facts && { facts }) };
}

/** What could not be looked at. */
export function unknown(message: string, hint?: string): Finding {
  return { status: 'unknown', message, ...(hint !== undefined && { hint }) };
}
