import { NotationError } from '../core/error.ts';
import type { SignedAttributes } from '../core/model.ts';
import { type Appointed, attributesToProcess } from './plugin.ts';

/**
 * Checks that nothing was signed as critical that nobody here will process: neither this program, nor the plugin that the signature names,
 * which is told of attributes only when it is asked at all, and only of those whose names are text. A verifier that cannot do what the
 * signer demands must fail (ATT-007, VPL-015); notation lets such attributes pass.
 * @throws NotationError `UNVERIFIED`
 */
export function checkCriticalAttributes(signed: SignedAttributes, appointed: Appointed | undefined): void {
  const asked = appointed !== undefined && appointed.checks.length > 0;
  const unknown = attributesToProcess(signed, appointed).filter(({ key, critical }) => critical && !(asked && typeof key === 'string'));
  if (unknown.length === 0) return;
  const names = unknown.map(({ key }) => JSON.stringify(key)).join(', ');
  throw new NotationError(
    'UNVERIFIED',
    `signature: expected no critical attributes but those of the Notary Project, found ${names} (signature specification § Signed Attributes)`,
    { hint: 'this signature demands a check that is not known here: verify it with the program that its signer names' },
  );
}
