// Keys in files: the protocol commands, which are the start of a process and little else.
import { ec256, type KeyPair, makeAuthority, makeKey, rsa2048 } from '../../test/interop/pki.ts';
import { type Case, type ProtocolWish, protocolCommands, type Suite, signRequest } from './case.ts';
import { goVariant, variantsBeside } from './variant.ts';

export const fileSuite: Suite = {
  title: 'keys in files',
  peers: ['bench-aws-plugin'],
  open: async (folder) => ({ cases: casesIn(folder), close: async () => undefined }),
};

function casesIn(home: string): readonly Case[] {
  const authority = makeAuthority(home, 'authority');
  const rsa = makeKey(authority, rsa2048);
  const ec = makeKey(authority, ec256);
  return [
    caseOf('get-plugin-metadata', { command: 'get-plugin-metadata', request: {}, home }),
    caseOf('describe-key, RSA-2048', { command: 'describe-key', request: describeRequest(rsa), home }),
    caseOf('generate-signature, RSA-2048', {
      command: 'generate-signature',
      request: signRequest(rsa.key, 'RSA-2048', { cert_chain: rsa.chain }),
      home,
    }),
    caseOf('generate-signature, EC-256', {
      command: 'generate-signature',
      request: signRequest(ec.key, 'EC-256', { cert_chain: ec.chain }),
      home,
    }),
  ];
}

function caseOf(name: string, wish: ProtocolWish): Case {
  return { name, base: goVariant, commands: protocolCommands(variantsBeside('bench-aws-plugin'), wish) };
}

function describeRequest({ key, chain }: KeyPair): unknown {
  return { contractVersion: '1.0', keyId: key, pluginConfig: { cert_chain: chain } };
}
