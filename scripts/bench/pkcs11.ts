// A token of SoftHSM, which answers at once: what is left is our start, that of the process for the module, and the module's own.
import { keyOf, mintCa } from '../../test/support/pki.ts';
import { makeToken, pin } from '../../test/support/softhsm.ts';
import { protocolCommands, type Suite, signRequest } from './case.ts';
import { writeChain } from './trust.ts';
import { ownVariants, shippedVariant } from './variant.ts';

const specs = ['RSA-2048', 'EC-256'] as const;

export const pkcs11Suite: Suite = {
  title: 'PKCS#11',
  peers: ['softhsm2-util', 'pkcs11-tool', 'pkcs11.node', 'pkcs11-fault.so'],
  open: async (folder) => {
    const token = makeToken(folder);
    const root = await mintCa('root', undefined);
    const environment = { SOFTHSM2_CONF: token.environment['SOFTHSM2_CONF'] ?? '', PIN: pin };
    const cases = [];
    for (const [index, spec] of specs.entries()) {
      const key = keyOf(spec, 'token');
      token.importKey(spec, `0${index}`, key);
      const chain = await writeChain(folder, `token-${spec}`, key.publicKeyInfo, root);
      const options = { cert_chain: chain, pkcs11_module: token.softhsm, pkcs11_addon: token.addon, pin_env: 'PIN' };
      const request = signRequest(`pkcs11:token=notation;object=${spec}`, spec, options);
      const commands = protocolCommands(ownVariants(), { command: 'generate-signature', request, home: folder, environment });
      cases.push({ name: `PKCS#11 generate-signature, ${spec}`, base: shippedVariant, commands });
    }
    return { cases, close: async () => undefined };
  },
};
