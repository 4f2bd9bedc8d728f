// A timestamp authority as a Timestamper: asked over HTTP, believed only by the root that its user trusts.
import type { HashAlgorithm } from '../core/algorithm.ts';
import type { Der } from '../core/bytes.ts';
import type { Http, Timestamper } from '../core/ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { checkTimestampToken } from '../x509/timestamp/check.ts';
import { parseAuthorityUrl, postTimestampRequest } from './exchange.ts';
import { makeTimestampRequest } from './request.ts';
import { readTimestampResponse } from './response.ts';

export interface TimestamperOptions {
  /** http: or https:; credentials in it become basic authentication. */
  readonly url: string;
  /** What `readTimestampRoot` answers. */
  readonly root: Certificate;
  readonly http: Http;
  /**
   * Asks whether a certificate of the authority's chain, leaf first, was revoked, and throws when one was or when that cannot be told.
   * The reference asks at signing too; without it nobody does.
   */
  readonly checkRevocation?: (chain: readonly Certificate[], at: Date) => Promise<void>;
  /** Milliseconds for one answer; 15 s, as the reference has it. */
  readonly patienceMs?: number;
}

const usualPatienceMs = 15_000;

/**
 * Opens a timestamp authority; nothing is sent before the first `stamp`. What a stamp answers is checked as a verifier will check it,
 * with the hash and the nonce that were asked for.
 * @throws NotationError `CONFIG` when the URL is none of http: or https:
 */
export function openTimestamper(options: TimestamperOptions): Timestamper {
  const { http, patienceMs = usualPatienceMs } = options;
  const authority = { url: parseAuthorityUrl(options.url), http, patienceMs };
  return {
    stamp: async (signature: Uint8Array, hash: HashAlgorithm): Promise<Der> => {
      const { der: request, nonce } = makeTimestampRequest(signature, hash);
      const { der, token } = readTimestampResponse(await postTimestampRequest(request, authority), nonce);
      const { chain } = checkTimestampToken(token, { message: signature, hash, roots: [options.root] });
      await options.checkRevocation?.(chain, token.info.genTime);
      return der;
    },
  };
}
