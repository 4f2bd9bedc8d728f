// What a test file's process tells of its tests while they run: a line of JSON each, on a descriptor of its own, so that nothing printed gets between.

/** The descriptor that the lines go to. */
export const eventDescriptor = 3;

export type TestEvent = Step | Verdict | Quiet;

/** A test or a suite waits, or runs, or has ended; its verdict may come later, in order. */
export interface Step {
  readonly type: 'known' | 'begun' | 'ended';
  readonly name: string;
}

export type Verdict = { readonly name: string } & (
  | { readonly type: 'passed' }
  | { readonly type: 'skipped'; readonly reason: string }
  | { readonly type: 'failed'; readonly error: string }
);

/** Nothing has happened for a while; `open` is what keeps the process alive (process.getActiveResourcesInfo). */
interface Quiet {
  readonly type: 'quiet';
  readonly open: readonly string[];
}
