import type { KeyContext } from '../kms/provider.ts';
import type { metadata } from './metadata.ts';

/** What a command may use besides its request. */
export interface HandlerContext extends KeyContext {
  /** notation's cache directory. */
  readonly cacheFolder: string;
  readonly metadata: typeof metadata;
}
