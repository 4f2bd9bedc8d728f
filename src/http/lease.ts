// Something that is opened under a deadline and used many times, each use with a deadline that does not grow with their number.
import type { Deadline } from '../core/ports.ts';
import { endBy, openDeadline } from './deadline.ts';

/** What is open now. */
export interface Leased<T> {
  readonly resource: T;
  /** `work` with the resource, or the end of the deadline that it was opened under. @throws NotationError `TIMEOUT` */
  readonly inTime: <R>(work: Promise<R>) => Promise<R>;
}

export interface Lease<T> {
  /** Opens the resource where it is not open. @throws what opening it throws, `TIMEOUT` */
  take(): Promise<Leased<T>>;
  /** Gives up what is under way with it; whoever takes it next has it opened anew. */
  end(): void;
}

interface Opened<T> {
  readonly leased: Promise<Leased<T>>;
  readonly controller: AbortController;
  /** Reading of the process's own clock, in milliseconds. */
  readonly until: number;
}

/**
 * A resource is opened, with its credentials, under one deadline of `deadlineMs`, and given out for the first third of it; whoever comes later
 * gets it opened anew. So a use has at least two thirds of the deadline, and credentials are fetched a few times in a long run, not once a use.
 */
export function openLease<T>(open: (deadline: Deadline) => Promise<T>, deadlineMs: number): Lease<T> {
  let current: Opened<T> | undefined;
  const renew = (): Opened<T> => {
    const controller = new AbortController();
    const deadline = openDeadline(deadlineMs, controller.signal);
    const inTime = <R>(work: Promise<R>) => endBy(deadline, deadlineMs, work);
    const leased = inTime(open(deadline)).then((resource) => ({ resource, inTime }));
    // The next one may have better luck.
    leased.catch(() => {
      if (current?.leased === leased) current = undefined;
    });
    return { leased, controller, until: performance.now() + deadlineMs / 3 };
  };
  return {
    take: () => {
      if (current === undefined || performance.now() > current.until) current = renew();
      return current.leased;
    },
    end: () => {
      current?.controller.abort();
      current = undefined;
    },
  };
}
