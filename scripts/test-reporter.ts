// The reporter of a test file's process (node --test-reporter): tells each event at once, for scripts/run-tests.ts.
import { writeSync } from 'node:fs';
import type { TestEvent as NodeEvent } from 'node:test/reporters';
import { inspect } from 'node:util';
import { eventDescriptor, type TestEvent } from './run-tests/event.ts';

/** Says nothing on the file's own streams. */
// biome-ignore lint/style/noDefaultExport: what Node.js asks of a reporter
export default async function* tell(source: AsyncIterable<NodeEvent>): AsyncGenerator<string> {
  // It keeps nothing alive itself.
  const quiet = setInterval(() => say({ type: 'quiet', open: process.getActiveResourcesInfo() }), quietMs).unref();
  for await (const event of source) {
    const told = translate(event);
    if (told !== undefined) say(told);
    quiet.refresh();
  }
}

const quietMs = 10_000;

function say(event: TestEvent): void {
  writeSync(eventDescriptor, `${JSON.stringify(event)}\n`);
}

function translate(event: NodeEvent): TestEvent | undefined {
  switch (event.type) {
    case 'test:enqueue':
      return { type: 'known', name: event.data.name };
    case 'test:dequeue':
      return { type: 'begun', name: event.data.name };
    case 'test:complete':
      return { type: 'ended', name: event.data.name };
    case 'test:pass':
      return passed(event.data);
    case 'test:fail':
      return failed(event.data);
    default:
      return undefined;
  }
}

function passed({ name, skip, details }: Extract<NodeEvent, { readonly type: 'test:pass' }>['data']): TestEvent | undefined {
  if (skip !== undefined && skip !== false) return { type: 'skipped', name, reason: String(skip) };
  return details.type === 'suite' ? undefined : { type: 'passed', name };
}

/** A suite fails with its tests, which are told by themselves, or in a hook of its own, which is not. */
function failed({ name, details }: Extract<NodeEvent, { readonly type: 'test:fail' }>['data']): TestEvent | undefined {
  const { error } = details;
  if (details.type === 'suite' && 'failureType' in error && error.failureType === 'subtestsFailed') return undefined;
  return { type: 'failed', name, error: inspect(error.cause ?? error, { colors: false, depth: 4 }).slice(0, 4000) };
}
