export const day = 86_400_000;

/** So many days after a time; before it when negative. */
export function daysFrom(now: Date, days: number): Date {
  return new Date(now.getTime() + days * day);
}
