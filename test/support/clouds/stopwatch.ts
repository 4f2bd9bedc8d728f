const tickMs = 25;

/** Measures time, less what this process lost: many cells run in it at once, on a machine that may be busy with others. */
export function startStopwatch(): () => number {
  const begun = performance.now();
  let last = begun;
  let lost = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    lost += Math.max(0, now - last - tickMs);
    last = now;
  }, tickMs);
  return () => {
    clearInterval(timer);
    return performance.now() - begun - lost;
  };
}
