const tickMs = 25;

export interface Stopwatch {
  stop(): void;
  /** Until it was stopped. */
  ms(): number;
}

/** Measures time, less what this process lost: many cells run in it at once, on a machine that may be busy with others. */
export function startStopwatch(): Stopwatch {
  const begun = performance.now();
  let [last, lost, end] = [begun, 0, begun];
  const timer = setInterval(() => {
    const now = performance.now();
    lost += Math.max(0, now - last - tickMs);
    last = now;
  }, tickMs);
  const stop = () => {
    clearInterval(timer);
    end = performance.now();
  };
  return { stop, ms: () => end - begun - lost };
}
