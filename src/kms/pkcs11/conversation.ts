// What is said between this program and the process of its own in which a PKCS#11 module runs: one line of JSON for each question and answer.
// Modules are other people's native code: they may print, hang or crash, and do it there.
import type { KeySpec } from '../../core/algorithm.ts';
import type { KeyWish, TokenWish } from './uri.ts';

/** The hidden command that starts that process. */
export const sessionCommand = 'pkcs11-session';

export type Question =
  /** Logs in and finds the key; the first question. */
  | {
      readonly ask: 'open';
      /** Path of the addon; where pkcs11js is installed beside this program, it is found there. */
      readonly addon?: string;
      readonly module: string;
      readonly token: TokenWish;
      readonly key: KeyWish;
      readonly pin?: string;
    }
  | { readonly ask: 'sign'; readonly keySpec: KeySpec; readonly message: Base64 };

/** Standard base64. */
type Base64 = string;

export interface Opened {
  readonly token: { readonly label: string; readonly serial: string; readonly manufacturer: string; readonly model: string };
  readonly key: { readonly label: string; readonly id: string; readonly maySign: boolean; readonly pinEachTime: boolean };
  /** SubjectPublicKeyInfo; absent where the token tells no public half. */
  readonly publicKeyInfo?: Base64;
  /** The certificates with the key's id, and all others of the token. */
  readonly certificates: { readonly own: readonly Base64[]; readonly others: readonly Base64[] };
  /** Which of these the token signs with: `PSS`, `PSS with hash`, `raw RSA`, `ECDSA`. */
  readonly ways: readonly SigningWay[];
}

export type SigningWay = 'PSS' | 'PSS with hash' | 'raw RSA' | 'ECDSA';

/** Why a question has no answer. */
export type Failure =
  /** A function of the module failed, with an error that has a name (`CKR_…`). */
  | { readonly why: 'module'; readonly call: string; readonly name: string }
  | { readonly why: 'no addon' | 'no module'; readonly said: string }
  /** `found` are those that there are, for people. */
  | { readonly why: 'no token' | 'several tokens' | 'no key' | 'several keys'; readonly found: readonly string[] }
  | { readonly why: 'pin wanted' | 'last try' | 'no mechanism'; readonly found: string };

export type Answer = { readonly opened: Opened } | { readonly signature: Base64 } | { readonly failure: Failure };
