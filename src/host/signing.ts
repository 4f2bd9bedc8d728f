// Another plugin as one that signs (plugin-extensibility.md, "Signing workflow using plugin").
import type { Algorithm } from '../core/algorithm.ts';
import { NotationError } from '../core/error.ts';
import type { Clock, EnvelopeGenerator, Signature, Signer } from '../core/ports.ts';
import { isCapableOf, type PluginMetadata } from '../protocol/hosted/metadata.ts';
import {
  encodeDescribeKey,
  encodeGenerateEnvelope,
  encodeGenerateSignature,
  type PluginKey,
  parseEnvelope,
  parseKeyDescription,
  parseSignature,
} from '../protocol/hosted/signing.ts';
import { parseCertificate } from '../x509/certificate.ts';
import { checkCodeSigningChain } from '../x509/chain/profile.ts';
import { checkFreshSignature } from '../x509/fresh-signature.ts';
import { calledOf, callPlugin, type PluginBounds, type PluginFile } from './call.ts';
import { askMetadata } from './metadata.ts';

/** What a plugin signs: messages, out of which this program makes envelopes, or whole envelopes. */
export type SigningPlugin =
  | { readonly kind: 'signer'; readonly metadata: PluginMetadata; readonly signer: Signer }
  | { readonly kind: 'generator'; readonly metadata: PluginMetadata; readonly generator: EnvelopeGenerator };

/**
 * Asks a plugin what it is, and opens the key. A plugin that can do both signs messages, as with notation.
 * @throws NotationError `CONFIG` when it can do neither, and what `askMetadata` and describing the key throw
 */
export async function openSigningPlugin(plugin: PluginFile, key: PluginKey, now: Clock, bounds: PluginBounds): Promise<SigningPlugin> {
  const metadata = await askMetadata(plugin, key.pluginConfig, bounds);
  if (isCapableOf(metadata, 'SIGNATURE_GENERATOR.RAW')) {
    return { kind: 'signer', metadata, signer: await openSigner(plugin, key, now, bounds) };
  }
  if (isCapableOf(metadata, 'SIGNATURE_GENERATOR.ENVELOPE')) {
    return { kind: 'generator', metadata, generator: openGenerator(plugin, key, bounds) };
  }
  throw new NotationError(
    'CONFIG',
    `plugin ${JSON.stringify(plugin.name)}: expected one that signs, found ${metadata.capabilities.join(', ').slice(0, 300)}`,
    {
      hint: 'name a plugin with SIGNATURE_GENERATOR.RAW or SIGNATURE_GENERATOR.ENVELOPE',
    },
  );
}

async function openSigner(plugin: PluginFile, key: PluginKey, now: Clock, bounds: PluginBounds): Promise<Signer> {
  const response = await callPlugin(plugin, 'describe-key', encodeDescribeKey(key), bounds);
  const algorithm = parseKeyDescription(response, key, calledOf(plugin, 'describe-key'));
  return { algorithm, sign: (message) => generateSignature(plugin, key, { algorithm, message, now }, bounds) };
}

interface Task {
  readonly algorithm: Algorithm;
  readonly message: Uint8Array;
  readonly now: Clock;
}

/** The chain must obey the rules for code signing now, and the signature verify under its leaf (PLG-045). */
async function generateSignature(plugin: PluginFile, key: PluginKey, task: Task, bounds: PluginBounds): Promise<Signature> {
  const { algorithm, message, now } = task;
  const called = calledOf(plugin, 'generate-signature');
  const response = await callPlugin(plugin, 'generate-signature', encodeGenerateSignature(key, algorithm, message), bounds);
  const { bytes, certificates } = parseSignature(response, key, algorithm, called);
  const chain = certificates.map((der, index) => parseCertificate(der, `${called}: certificateChain[${index}]`));
  checkCodeSigningChain(chain, now());
  return checkFreshSignature(chain, algorithm, message, bytes);
}

function openGenerator(plugin: PluginFile, key: PluginKey, bounds: PluginBounds): EnvelopeGenerator {
  return {
    generate: async (wish) => {
      const response = await callPlugin(plugin, 'generate-envelope', encodeGenerateEnvelope(key, wish), bounds);
      return parseEnvelope(response, wish.mediaType, calledOf(plugin, 'generate-envelope'));
    },
  };
}
