import type { Clock, Environment } from '../core/ports.ts';
import type { LoadTransport } from '../http/transport.ts';

/** What the tool may use of the world. */
export interface ToolContext {
  readonly environment: Environment;
  readonly platform: string;
  /** What runs: the executable, and the script where the executable is a runtime. */
  readonly program: { readonly path: string; readonly script: string };
  /** The runtime and its version, for people. */
  readonly runtime: string;
  readonly build: Build;
  readonly transport: LoadTransport;
  readonly now: Clock;
  readonly metadata: { readonly name: string; readonly version: string; readonly description: string };
  readonly out: (output: string | Uint8Array) => void;
  readonly error: (text: string) => void;
}

/** How this program was built: one file, modules for Node.js, or straight from its sources. */
export interface Build {
  readonly form: 'executable' | 'pkg' | 'npm' | 'source';
  readonly commit: string;
}
