import type { Clock } from '../core/ports.ts';
import type { OcspFindings } from './ocsp.ts';

/** Asks for what is known under `key`, or remembers it. */
export type RememberOcsp = (key: string, ask: () => Promise<OcspFindings>) => Promise<OcspFindings>;

/**
 * Remembers answers while they are current, and for ten minutes at most: a process that lives long must hear of revocations. Who asks for the same at
 * the same time shares one answer. That nobody told is believed for as long as it took to find out: a dead responder is waited for half of the time at most,
 * and one that is back is asked soon.
 */
export function rememberOcsp(now: Clock): RememberOcsp {
  const kept = new Map<string, Kept>();
  return (key, ask) => {
    const known = kept.get(key);
    if (known && now().getTime() <= known.until) return known.findings;
    const began = now().getTime();
    const entry: Kept = { findings: ask(), until: Number.POSITIVE_INFINITY };
    kept.delete(key);
    kept.set(key, entry);
    for (const oldest of kept.keys()) if (kept.size > most) kept.delete(oldest);
    const believeUntil = (time: number) => {
      entry.until = time;
    };
    entry.findings.then(
      (findings) => believeUntil(endOf(findings, began, now().getTime())),
      () => believeUntil(0),
    );
    return entry.findings;
  };
}

interface Kept {
  readonly findings: Promise<OcspFindings>;
  /** Milliseconds since the epoch. */
  until: number;
}

const longestMs = 10 * 60_000;
/** More certificates than one process meets in practice. */
const most = 4096;

function endOf(findings: OcspFindings, began: number, ended: number): number {
  if (findings.status === undefined) return ended + (ended - began);
  return Math.min(findings.source.nextUpdate.getTime(), ended + longestMs);
}
