// Whether a timestamp authority is revoked, before its timestamp goes into a signature.
import { NotationError } from '../core/error.ts';
import { once } from '../core/once.ts';
import type { Http } from '../core/ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { AskRevocation } from '../x509/revocation/report.ts';
import type { CrlCachePorts } from './crl-cache.ts';

/** `folder` is notation's cache directory. */
export interface AuthorityPorts extends CrlCachePorts {
  readonly http: Http;
}

/**
 * Answers what `openTimestamper` asks for: whether no certificate of the authority's chain is revoked, as the reference asks at signing too, because a
 * verifier will. Nothing is loaded and nobody is asked for a chain that names no source.
 *
 * What it answers throws `TIMESTAMP` when one is revoked, or when it is not told whether it is.
 */
export function authorityCheck(ports: AuthorityPorts): (chain: readonly Certificate[]) => Promise<void> {
  const open = once(() => openAsking(ports));
  return async (chain) => {
    if (!chain.slice(0, -1).some(namesSource)) return;
    const report = await (await open())({ chain });
    if (report.verdict === 'good') return;
    const { describeRevocation } = await import('../x509/revocation/text.ts');
    throw new NotationError('TIMESTAMP', `timestamp authority: ${describeRevocation(report)}`, {
      hint:
        report.verdict === 'revoked'
          ? 'use another timestamp authority'
          : 'try again when these answer, or use another timestamp authority',
    });
  };
}

function namesSource({ ocspUrls, crlUrls }: Certificate): boolean {
  return ocspUrls.length + crlUrls.length > 0;
}

async function openAsking(ports: AuthorityPorts): Promise<AskRevocation> {
  const [{ openRevocation }, { openCrlCache }] = await Promise.all([import('./ask.ts'), import('./crl-cache.ts')]);
  return openRevocation({ ...ports, cache: openCrlCache(ports) });
}
