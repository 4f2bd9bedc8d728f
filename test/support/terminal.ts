// A shell at a terminal of its own, typed to as a person types.
import { spawn } from 'node:child_process';

export interface Terminal {
  type(keys: string): void;
  /** What the terminal shows next that is like `pattern`; what it showed before is over. @throws when it shows no such thing within 20 s */
  see(pattern: RegExp): Promise<RegExpExecArray>;
  close(): void;
}

interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts a command line at a new terminal; util-linux's `script` makes it. */
export function openTerminal(command: string, { cwd, env }: Place): Terminal {
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let shown = '';
  let woken = () => undefined as undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      woken();
    });
  }
  const see = async (pattern: RegExp) => {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const found = pattern.exec(shown);
      if (found !== null) {
        shown = shown.slice(found.index + found[0].length);
        return found;
      }
      if (Date.now() > deadline) throw new Error(`expected ${pattern} on the terminal, found ${JSON.stringify(shown)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 250);
        woken = () => {
          clearTimeout(timer);
          resolve();
          return undefined;
        };
      });
    }
  };
  return { type: (keys) => void child.stdin.write(keys), see, close: () => void child.kill('SIGKILL') };
}
