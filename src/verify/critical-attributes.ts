import { NotationError } from '../core/error.ts';
import type { ExtendedAttribute, SignedAttributes } from '../core/model.ts';

const pluginAttribute = 'io.cncf.notary.verificationPlugin';

/**
 * Checks that nothing was signed as critical that this program does not understand, and no verification plugin is asked for: a verifier
 * that cannot do what the signer demands must fail (ATT-007, VPL-002).
 * @throws NotationError `UNVERIFIED`
 */
export function checkCriticalAttributes({ extended }: SignedAttributes): void {
  // Not critical, it would be an error too: it is defined as critical (VPL-001).
  const plugin = extended.find(({ key }) => key === pluginAttribute);
  if (plugin) throw wantsPlugin(plugin);
  const unknown = extended.filter(({ critical }) => critical);
  if (unknown.length === 0) return;
  const names = unknown.map(({ key }) => JSON.stringify(key)).join(', ');
  throw new NotationError(
    'UNVERIFIED',
    `signature: expected no critical attributes but those of the Notary Project, found ${names} (signature specification § Signed Attributes)`,
    { hint: 'this signature demands a check that is not known here: verify it with the program that its signer names' },
  );
}

function wantsPlugin({ value }: ExtendedAttribute): NotationError {
  const name = typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : 'of no name';
  return new NotationError(
    'UNVERIFIED',
    `signature: expected one that needs no verification plugin, found one that needs the plugin ${name}`,
    {
      hint: 'verify it with notation and that plugin: this program runs no verification plugins',
    },
  );
}
