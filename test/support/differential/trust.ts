// The trust of a situation on disk: stores and policy where notation has them.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Minted } from './mint.ts';
import type { Anchors, ScenePlan, SignaturePlan, StoreEntry, StorePlan } from './plan.ts';
import { statementOf, storesOf } from './scene.ts';
import type { Situation } from './situation.ts';
import { trustedTsaRoot } from './token.ts';

/** Writes the trust stores and the policy of a situation into notation's folder. */
export async function writeTrust(config: string, { scene, signatures }: Situation, minted: readonly (readonly Minted[])[]): Promise<void> {
  const authorities = [(await trustedTsaRoot()).certificate.der];
  const chains = signatures.map(({ plan }, index) => ({ scheme: plan.scheme, chain: minted[index] ?? [] }));
  const roots = chains.flatMap(({ scheme, chain }) => chain.slice(-1).map(({ der }) => ({ scheme, root: der })));
  const anchors: Anchors = { chains };
  const stores = scene.plan.stores.reduce((found, change) => change(found, anchors), storesOf(scene.plan, roots, authorities));
  for (const store of stores) writeStore(config, store);
  writePolicy(
    config,
    scene.plan,
    signatures.map(({ plan }) => plan),
  );
}

function writeStore(config: string, { type, name, kind, entries }: StorePlan): void {
  const folder = join(config, 'truststore', 'x509', type, name);
  const real = kind === 'link' ? join(config, 'elsewhere', type, name) : folder;
  mkdirSync(real, { recursive: true });
  mkdirSync(dirname(folder), { recursive: true });
  if (kind === 'link') symlinkSync(real, folder);
  for (const entry of entries) writeEntry(config, real, entry);
}

function writeEntry(config: string, folder: string, entry: StoreEntry): void {
  const path = join(folder, entry.name);
  const kind = 'kind' in entry ? entry.kind : 'file';
  if (kind === 'folder') mkdirSync(path);
  const written = { file: path, folder: join(path, 'inside.crt'), link: join(config, 'files', entry.name) }[kind];
  mkdirSync(dirname(written), { recursive: true });
  writeFileSync(written, entry.content);
  if (kind === 'link') symlinkSync(written, path);
}

function writePolicy(config: string, scene: ScenePlan, plans: readonly SignaturePlan[]): void {
  const subjects = plans.map(({ chain: [leaf] }) => (leaf && !('der' in leaf.subject) ? leaf.subject : []));
  const statement = scene.statement.reduce((found, change) => change(found, subjects), statementOf(scene));
  const document = scene.document.reduce<Readonly<Record<string, unknown>>>((found, change) => change(found), {
    version: '1.0',
    trustPolicies: [statement],
  });
  const text = scene.text(JSON.stringify(document));
  const path = join(config, 'trustpolicy.json');
  mkdirSync(config, { recursive: true });
  if (text === undefined) return;
  const linked = typeof text === 'object' && 'link' in text;
  const written = linked ? join(config, 'policy.json') : path;
  writeFileSync(written, typeof text === 'string' ? text : 'link' in text ? text.link : text.bytes, { mode: 0o600 });
  if (linked) symlinkSync(written, path);
}
