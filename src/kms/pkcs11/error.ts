// What failures of PKCS#11 modules mean, and what to do about each.
import { type ErrorCode, NotationError } from '../../core/error.ts';
import { quoteProvider } from '../../core/provider-text.ts';
import type { Failure } from './conversation.ts';

/** A failure as ours. @param module path of the module, for messages */
export function toPkcs11Error(failure: Failure, module: string): NotationError {
  switch (failure.why) {
    case 'module':
      return refusal(failure.call, failure.name, module);
    case 'no addon':
      return new NotationError('CONFIG', `the addon pkcs11js cannot be loaded: ${quoteProvider(failure.said)}`, { hint: addonHint });
    case 'no module':
      return new NotationError('CONFIG', `PKCS#11 module ${module} cannot be loaded: ${quoteProvider(failure.said)}`, {
        hint: 'name the shared library of your token with module-path in the key id, or with the plugin config option pkcs11_module',
      });
    case 'no token':
      return choice('KEY_NOT_FOUND', 'a token that is as the key id says', 'none', failure.found, module);
    case 'several tokens':
      return choice('KEY_NOT_FOUND', 'one token that is as the key id says', 'several', failure.found, module);
    case 'no key':
      return choice('KEY_NOT_FOUND', 'a private key that is as the key id says', 'none', failure.found, module);
    case 'several keys':
      return choice('KEY_NOT_FOUND', 'one private key that is as the key id says', 'several', failure.found, module);
    case 'pin wanted':
      return new NotationError('ACCESS_DENIED', `${failure.found}: expected a PIN, found none`, {
        hint: 'name the environment variable that holds it with the plugin config option pin_env, or a file with pin_file',
      });
    case 'last try':
      return new NotationError('ACCESS_DENIED', `${failure.found}: expected more than one try for the PIN, found the last one`, {
        hint: 'the next wrong PIN locks the token: log in once by its own program, which resets the count',
      });
    default:
      return new NotationError('KEY_UNUSABLE', `PKCS#11 module ${module}: expected PSS, raw RSA or ECDSA, found ${failure.found}`, {
        hint: 'the token cannot make signatures that Notary knows with this key',
      });
  }
}

const addonHint =
  'install it once with npm install pkcs11js (Node.js, Python and a C++ compiler build it), and name its build/Release/pkcs11.node with the plugin config option pkcs11_addon';

function choice(code: ErrorCode, expected: string, found: string, there: readonly string[], module: string): NotationError {
  const listed = there.length === 0 ? 'there is none at all' : `there are ${there.map((one) => quoteProvider(one)).join(', ')}`;
  return new NotationError(code, `PKCS#11 module ${module}: expected ${expected}, found ${found}; ${listed}`, {
    hint: 'correct token, object or id in the key id',
  });
}

interface Meaning {
  readonly code: ErrorCode;
  readonly hint: string;
}

/** By the beginning of the error's name; the first that fits. */
const meanings: readonly (readonly [RegExp, Meaning])[] = [
  [
    /^CKR_PIN_(?:INCORRECT|INVALID|LEN_RANGE)$/,
    { code: 'ACCESS_DENIED', hint: 'correct the PIN: after a few wrong ones the token locks itself' },
  ],
  [/^CKR_PIN_(?:LOCKED|EXPIRED)$/, { code: 'ACCESS_DENIED', hint: "have the token's security officer set a new PIN" }],
  [/^CKR_USER_(?:NOT_LOGGED_IN|PIN_NOT_INITIALIZED|TYPE_INVALID)$/, { code: 'ACCESS_DENIED', hint: 'give a PIN with pin_env or pin_file' }],
  [
    /^CKR_(?:ACTION_PROHIBITED|KEY_FUNCTION_NOT_PERMITTED|FUNCTION_REJECTED)$/,
    { code: 'ACCESS_DENIED', hint: 'the token lets nobody sign with this key so' },
  ],
  [
    /^CKR_(?:KEY_|OBJECT_|MECHANISM_|ATTRIBUTE_|DATA_LEN|TEMPLATE_)/,
    { code: 'KEY_UNUSABLE', hint: 'the key or the token does not sign so: use a key of RSA-2048, -3072, -4096, P-256, P-384 or P-521' },
  ],
  [
    /^CKR_(?:SLOT_ID_INVALID|TOKEN_NOT_PRESENT|TOKEN_NOT_RECOGNIZED)$/,
    { code: 'KEY_NOT_FOUND', hint: 'put the token in, or correct the key id' },
  ],
  [
    /^CKR_(?:DEVICE_|HOST_MEMORY|SESSION_|TOKEN_|GENERAL_ERROR|FUNCTION_)/,
    { code: 'UNAVAILABLE', hint: "see the module's own log, and whether the token or its server is there" },
  ],
];

function refusal(call: string, name: string, module: string): NotationError {
  const { code, hint } = meanings.find(([pattern]) => pattern.test(name))?.[1] ?? { code: 'UNAVAILABLE', hint: "see the module's own log" };
  const providerCode = /^CKR_[A-Z0-9_]+$/.test(name) ? { providerCode: name } : {};
  return new NotationError(code, `PKCS#11 module ${module}: ${call} failed (${quoteProvider(name)})`, { hint, metadata: providerCode });
}
