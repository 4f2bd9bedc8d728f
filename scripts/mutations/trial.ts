// Runs one test file until its first failure.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { killGroup } from '../run-tests/group.ts';

export interface Trial {
  readonly end: 'passed' | 'failed' | 'late';
  readonly ms: number;
}

/** `root` is the tree that holds the file; `coverage` a folder for what V8 counts, when it shall. */
export function tryTest(root: string, test: string, limitMs: number, coverage?: string): Promise<Trial> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--test-reporter=tap', join(root, test)], {
    cwd: root,
    env: { ...process.env, NOTATION_TS_KMS_FUZZ_ITERATIONS: '1000', ...(coverage !== undefined && { NODE_V8_COVERAGE: coverage }) },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  return new Promise((resolve) => {
    const end = (how: Trial['end']) => {
      clearTimeout(timer);
      killGroup(child.pid);
      resolve({ end: how, ms: performance.now() - begun });
    };
    const timer = setTimeout(() => end('late'), limitMs);
    let line = '';
    child.stdout.on('data', (chunk) => {
      line = (line + chunk).slice(-10_000);
      if (/^\s*not ok /m.test(line)) end('failed');
    });
    child.once('exit', (code) => end(code === 0 ? 'passed' : 'failed'));
  });
}
