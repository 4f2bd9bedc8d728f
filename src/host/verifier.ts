import type { PluginMetadata } from '../protocol/hosted/metadata.ts';
import {
  encodeVerification,
  parseVerification,
  type VerificationAnswer,
  type VerificationQuestion,
} from '../protocol/hosted/verification.ts';
import type { PluginConfig } from '../protocol/request.ts';
import { calledOf, callPlugin, type PluginBounds, type PluginFile } from './call.ts';
import { askMetadata } from './metadata.ts';

/** A plugin that can be asked to verify, if it says that it can. */
export interface PluginVerifier {
  readonly metadata: PluginMetadata;
  /** @throws NotationError `UNVERIFIED`, `UNAVAILABLE` and what running the plugin throws: no answer is no verdict */
  verify(question: VerificationQuestion): Promise<VerificationAnswer>;
}

/** Asks a plugin what it is, and opens it. @throws NotationError as `askMetadata` */
export async function openVerifier(plugin: PluginFile, pluginConfig: PluginConfig, bounds: PluginBounds): Promise<PluginVerifier> {
  const metadata = await askMetadata(plugin, pluginConfig, bounds);
  return {
    metadata,
    verify: async (question) => {
      const response = await callPlugin(plugin, 'verify-signature', encodeVerification(question, pluginConfig), bounds);
      return parseVerification(response, question, calledOf(plugin, 'verify-signature'));
    },
  };
}
