// How a signature demands a plugin of its verifiers (signature specification § Extended attributes for Notation Plugins).
import type { ExtendedAttribute } from '../core/model.ts';

export const verificationPlugin = 'io.cncf.notary.verificationPlugin';
export const verificationPluginMinVersion = 'io.cncf.notary.verificationPluginMinVersion';

/** The critical attributes that demand a plugin, of at least a version where one is given; none without a plugin. */
export function demandPlugin(plugin: { readonly name: string; readonly minVersion?: string } | undefined): readonly ExtendedAttribute[] {
  if (plugin === undefined) return [];
  const demanded = [
    [verificationPlugin, plugin.name],
    [verificationPluginMinVersion, plugin.minVersion],
  ] as const;
  return demanded.flatMap(([key, value]) => (value === undefined ? [] : [{ key, critical: true, value }]));
}
