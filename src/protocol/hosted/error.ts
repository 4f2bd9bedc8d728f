import { type ErrorCode, NotationError } from '../../core/error.ts';
import { asObject, type JsonObject, parseJson } from '../../core/json.ts';
import { quoteProvider } from '../../core/provider-text.ts';
import type { ContractErrorCode } from '../error.ts';
import { memberOf, textsByNameIn } from './response.ts';

/** What the six codes of the contract are here; `ERROR` says no more than that it failed. */
const codes: Readonly<Record<ContractErrorCode, ErrorCode>> = {
  VALIDATION_ERROR: 'REQUEST',
  UNSUPPORTED_CONTRACT_VERSION: 'CONTRACT_VERSION',
  ACCESS_DENIED: 'ACCESS_DENIED',
  TIMEOUT: 'TIMEOUT',
  THROTTLED: 'THROTTLED',
  ERROR: 'UNAVAILABLE',
};

const mostFacts = 32;

/**
 * The error that a plugin wrote on standard error; undefined when that is none. A code that the contract does not know is as good as `ERROR`.
 * Its facts become the error's, shortened, beside the plugin's name and the code itself.
 */
export function parsePluginError(stderr: Uint8Array, called: string, plugin: string): NotationError | undefined {
  const error = errorIn(stderr);
  if (error === undefined) return undefined;
  const [code, message] = [memberOf(error, 'errorCode'), memberOf(error, 'errorMessage')].map((one) =>
    typeof one === 'string' ? quoteProvider(one) : '',
  );
  const facts = factsIn(error);
  if (!code && !message && Object.keys(facts).length === 0) return undefined;
  const known = Object.hasOwn(codes, code ?? '') ? codes[code as ContractErrorCode] : 'UNAVAILABLE';
  return new NotationError(known, `${called}: ${message || `it failed with ${code || 'an error'} and no message`}`, {
    metadata: { ...facts, plugin, ...(code && { pluginErrorCode: code }) },
  });
}

function errorIn(stderr: Uint8Array): JsonObject | undefined {
  try {
    return asObject(parseJson(stderr, 'error'), 'error');
  } catch {
    return undefined;
  }
}

function factsIn(error: JsonObject): Readonly<Record<string, string>> {
  try {
    const facts = Object.entries(textsByNameIn(error, 'errorMetadata', 'error')).slice(0, mostFacts);
    return Object.fromEntries(facts.map(([name, value]) => [quoteProvider(name), quoteProvider(value)]));
  } catch {
    return {};
  }
}
