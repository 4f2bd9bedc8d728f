// The registry or the layout that a reference names: reached, entered, read, written to, and asked for signatures.
import { doubtful, type Finding, found, wrong } from '../../core/finding.ts';
import type { Descriptor } from '../../core/model.ts';
import type { Listing } from '../../registry/examination.ts';
import { isLoopbackName } from '../../registry/place.ts';
import type { Check, Section } from './check.ts';
import type { Patient } from './patient.ts';
import type { PatientRegistry } from './patient-registry.ts';
import { isWritable } from './permission.ts';

const entered = ['registry.reach', 'registry.credential'];
const there = [...entered, 'registry.artifact'];

export const registrySection: Section = {
  title: 'Registry',
  checks: [
    {
      id: 'registry.reach',
      title: 'registry',
      hint: 'check the reference: registry/repository@digest, or :tag',
      run: ofRegistry(lookAtReach),
    },
    { id: 'registry.credential', title: 'credential', needs: ['registry.reach'], run: ofRegistry(lookAtCredential) },
    { id: 'registry.artifact', title: 'pull', needs: entered, run: ofRegistry(lookAtArtifact) },
    // A repository that is not there would perhaps be made by this.
    { id: 'registry.push', title: 'push', needs: there, run: ofRegistry(({ examination }) => examination.tryToPush()) },
    { id: 'registry.referrers', title: 'referrers', needs: there, run: ofRegistry(lookAtReferrers) },
  ],
};

export const layoutSection: Section = {
  title: 'OCI layout',
  checks: [
    { id: 'layout.artifact', title: 'artifact', hint: 'check the path, and the tag or digest', run: lookInLayout },
    { id: 'layout.write', title: 'write', needs: ['layout.artifact'], run: lookAtFolder },
    { id: 'layout.signatures', title: 'signatures', needs: ['layout.artifact'], run: lookAtLayoutSignatures },
  ],
};

/** A check of the registry; nothing where none is asked about. */
function ofRegistry(run: (registry: PatientRegistry) => Promise<Finding>): Check['run'] {
  return async (patient) => {
    const registry = await patient.registry();
    return registry && run(registry);
  };
}

async function lookAtReach({ reference, examination }: PatientRegistry): Promise<Finding> {
  const { origin, wants } = await examination.reach();
  const facts = { registry: reference.registry, origin, authentication: wants };
  const asks = wants === 'nothing' ? 'asks nobody who he is' : `wants to know who asks (${wants})`;
  if (origin.startsWith('https:')) return found(`${origin} answers over TLS, and ${asks}`, facts);
  if (isLoopbackName(new URL(origin).hostname)) return found(`${origin} answers over plain HTTP on this machine, and ${asks}`, facts);
  return doubtful(`${origin} answers over plain HTTP, and ${asks}`, 'use TLS: passwords and tokens go there as clear text', facts);
}

/** What is kept for a registry that asks for nothing is not shown to it. */
async function lookAtCredential({ reference, credential: find, examination }: PatientRegistry): Promise<Finding> {
  const { credential, place } = await find();
  const { wants } = await examination.reach();
  const who = credential?.kind === 'password' ? `user ${credential.username}` : 'a token';
  if (credential === undefined && wants === 'basic') {
    return wrong(
      `${reference.registry} wants a user name and a password, and there is none in ${place}`,
      `notation-ts-kms login ${reference.registry}`,
      { place },
    );
  }
  if (credential === undefined) return found(`anonymous: there is none in ${place}`, { place, anonymous: true });
  if (wants === 'nothing') return found(`${who} (${place}), which is not asked for`, { place, kind: credential.kind });
  await examination.enter();
  return found(`${who} (${place})`, { place, kind: credential.kind });
}

async function lookAtArtifact({ examination }: PatientRegistry): Promise<Finding> {
  return describeArtifact(await examination.resolve());
}

function describeArtifact({ digest, mediaType, size }: Descriptor): Finding {
  return found(`${digest} (${mediaType}, ${size} bytes)`, { digest, mediaType, size });
}

/** More are not counted. */
const mostSignatures = 100;

async function lookAtReferrers({ examination }: PatientRegistry): Promise<Finding> {
  const listing = await examination.signatures(await examination.resolve(), mostSignatures);
  const by = listing.api ? 'by the referrers API' : 'by the referrers tag: there is no referrers API';
  return found(`${countOf(listing)}, listed ${by}`, { signatures: listing.count, referrersApi: listing.api });
}

function countOf({ count, more }: Pick<Listing, 'count' | 'more'>): string {
  return more ? `more than ${count} signatures` : count === 1 ? '1 signature' : `${count} signatures`;
}

async function lookInLayout(patient: Patient): Promise<Finding | undefined> {
  const layout = await patient.layout();
  return layout && describeArtifact(await layout.repository.resolve(layout.tagOrDigest));
}

async function lookAtFolder(patient: Patient): Promise<Finding | undefined> {
  const layout = await patient.layout();
  if (layout === undefined) return undefined;
  const facts = { path: layout.path };
  if (isWritable(layout.path)) return found(`${layout.path} can be written`, facts);
  return doubtful(`${layout.path} cannot be written`, 'what is in it can be verified, and not signed', facts);
}

async function lookAtLayoutSignatures(patient: Patient): Promise<Finding | undefined> {
  const layout = await patient.layout();
  if (layout === undefined) return undefined;
  let count = 0;
  for await (const _ of layout.repository.signatures(await layout.repository.resolve(layout.tagOrDigest))) {
    count += 1;
    if (count > mostSignatures) break;
  }
  const listing = { count: Math.min(count, mostSignatures), more: count > mostSignatures };
  return found(countOf(listing), { signatures: listing.count });
}
