// What a plugin says of itself, as its host reads it (plugin-extensibility.md, "Plugin metadata").
import { NotationError } from '../../core/error.ts';
import type { JsonObject } from '../../core/json.ts';
import type { PluginConfig } from '../request.ts';
import type { VerifierCheck } from '../verification-request.ts';
import { checkEcho, textIn, textsIn, wrongResponse } from './response.ts';

/** The version of the contract that this program speaks to plugins. */
export const contractVersion = '1.0';

/** What plugins may be able to do and this program can use; others are nothing to it. */
export type Capability = 'SIGNATURE_GENERATOR.RAW' | 'SIGNATURE_GENERATOR.ENVELOPE' | VerifierCheck;

export interface PluginMetadata {
  readonly name: string;
  readonly description: string;
  /** Semantic, by the contract; looked at where it counts only. */
  readonly version: string;
  readonly url: string;
  readonly supportedContractVersions: readonly string[];
  /** Those too that this program does not know. */
  readonly capabilities: readonly string[];
}

/** The `get-plugin-metadata` request, which carries no contract version. */
export function encodeMetadataRequest(pluginConfig: PluginConfig): object {
  return configOf(pluginConfig);
}

/** The member `pluginConfig` of a request; none when there is nothing in it. */
export function configOf(pluginConfig: PluginConfig): { readonly pluginConfig?: Readonly<Record<string, string>> } {
  return pluginConfig.size === 0 ? {} : { pluginConfig: Object.fromEntries(pluginConfig) };
}

/**
 * Reads the `get-plugin-metadata` response of the plugin that is known by `name`.
 * @param called begins the messages
 * @throws NotationError `UNAVAILABLE` when a member is missing or empty or the name is another, `CONTRACT_VERSION` when 1.0 is not supported
 */
export function parseMetadata(response: JsonObject, name: string, called: string): PluginMetadata {
  const metadata = {
    name: factIn(response, 'name', called),
    description: factIn(response, 'description', called),
    version: factIn(response, 'version', called),
    url: factIn(response, 'url', called),
    supportedContractVersions: textsIn(response, 'supportedContractVersions', called),
    capabilities: textsIn(response, 'capabilities', called),
  };
  if (metadata.capabilities.length === 0) throw wrongResponse(called, 'expected capabilities, found none');
  checkEcho(response, 'name', name, called);
  checkContractVersion(metadata.supportedContractVersions, called);
  return metadata;
}

/** Whether a plugin says that it can do something. */
export function isCapableOf({ capabilities }: Pick<PluginMetadata, 'capabilities'>, capability: Capability): boolean {
  return capabilities.includes(capability);
}

/** Characters of what a plugin says of itself: people are to read it. */
const longestFact = 4096;

function factIn(response: JsonObject, member: string, called: string): string {
  const text = textIn(response, member, called);
  if (text.length <= longestFact) return text;
  throw wrongResponse(called, `expected at most ${longestFact} characters in ${member}, found ${text.length}`);
}

function checkContractVersion(supported: readonly string[], called: string): void {
  if (supported.includes(contractVersion)) return;
  const found = supported.length === 0 ? 'none' : JSON.stringify(supported.slice(0, 10).join(', '));
  throw new NotationError(
    'CONTRACT_VERSION',
    `${called}: expected the contract version ${contractVersion} to be supported, found ${found}`,
    {
      hint: 'install a version of the plugin that speaks contract 1.0',
    },
  );
}
