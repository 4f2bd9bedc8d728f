import { NotationError } from '../../core/error.ts';
import type { Http } from '../../core/ports.ts';
import type { KeyContext } from '../provider.ts';
import type { GcpPlace } from './place.ts';

/** What authorizes a request. */
export interface GcpToken {
  readonly token: string;
  /** Milliseconds since 1970; absent where it is not told. */
  readonly expires?: number;
  /** The project that pays for requests, where it is another than the key's. */
  readonly quotaProject?: string;
}

/** What a credential is made with. */
export interface Identification {
  readonly place: GcpPlace;
  /** With retries. */
  readonly http: Http;
  readonly context: KeyContext;
}

/** Gives a new token each time. @throws NotationError `ACCESS_DENIED`, `CONFIG`, `FILE`, and what the network says */
export type TokenSource = () => Promise<GcpToken>;

/** A credential that was found. */
export interface Credential {
  readonly source: TokenSource;
  /** Where it is from, for people. */
  readonly from: string;
  /** Its type, by the name that files of credentials have for it; `metadata` for the machine's own. */
  readonly kind: string;
  /** Whose it is, where it says so itself. */
  readonly account?: string;
}

export const cloudScope = 'https://www.googleapis.com/auth/cloud-platform';
/** The token of a service's answer. @throws NotationError `UNAVAILABLE` for what goes into no header */
export function tokenOf(value: unknown, from: string): string {
  if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new NotationError('UNAVAILABLE', `${from}: expected a token, found something else`, {
    hint: 'check the address, and that no proxy answers in its place',
  });
}
