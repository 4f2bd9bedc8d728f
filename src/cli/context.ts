import type { Clock, Environment } from '../core/ports.ts';
import type { LoadTransport } from '../http/transport.ts';

/** What the tool may use of the world. */
export interface ToolContext {
  readonly environment: Environment;
  readonly platform: string;
  /** What runs: the executable, and the script where the executable is a runtime; and the command line that starts it anew. */
  readonly program: { readonly path: string; readonly script: string; readonly anew: readonly string[] };
  /** The runtime and its version, for people. */
  readonly runtime: string;
  readonly build: Build;
  readonly transport: LoadTransport;
  readonly now: Clock;
  readonly metadata: { readonly name: string; readonly version: string; readonly description: string };
  readonly out: (output: string | Uint8Array) => void;
  readonly error: (text: string) => void;
  /** Whether a person looks at what goes there; asked anew each time, because a window changes its size. */
  readonly screen: () => Screen;
  readonly input: Input;
  /** Whether the terminal of standard input sends each key as it is typed, and shows none. */
  readonly setRawKeys: (raw: boolean) => void;
}

/** What shows the tool's output. */
export interface Screen {
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Characters in a line of the terminal, of standard error's where that is one; 80 where there is none. */
  readonly columns: number;
}

/** Standard input. Nothing of it is read before it is asked for. */
export interface Input {
  readonly isTerminal: () => boolean;
  /** What comes in, in the pieces that it comes in, until it is closed; throws the system's error when it cannot be read. input.ts reads it. */
  readonly chunks: () => Iterable<Uint8Array>;
}

/** How this program was built: one file, modules for Node.js, or straight from its sources. */
export interface Build {
  readonly form: 'executable' | 'pkg' | 'npm' | 'source';
  readonly commit: string;
}
