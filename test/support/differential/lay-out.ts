// A situation on disk: an OCI layout, a folder of notation's with its policy and its stores, and caches.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Descriptor } from '../../../src/core/model.ts';
import { imageManifest, makeImage, tagged, writeIndex } from '../layout.ts';
import type { Answers, Reply } from './answers.ts';
import { crl } from './crl-answer.ts';
import { type Minted, mintChain } from './mint.ts';
import type { Address, Answerer, CertificatePlan, ManifestDraft, ScenePlan, SignaturePlan, Source } from './plan.ts';
import { encodeSigned, type HeaderDraft, hashOfLeaf, headerOf, type SealedParts, seal, signMessage, unprotectedOf } from './seal.ts';
import type { Situation } from './situation.ts';
import { writeTrust } from './trust.ts';

/** Where a situation lies. */
export interface LaidOut {
  readonly folder: string;
  readonly config: string;
  readonly layout: string;
  /** `layout@digest` or `layout:tag`. */
  readonly reference: string;
  readonly digest: string;
  readonly minted: readonly (readonly Minted[])[];
}

/** Writes the situation into `folder`, which is made. */
export async function layOut(situation: Situation, folder: string, answers: Answers): Promise<LaidOut> {
  const { scene, signatures } = situation;
  mkdirSync(folder, { recursive: true });
  const { layout, image } = makeImage(join(folder, 'layout'));
  const minted: (readonly Minted[])[] = [];
  const cached: Cached[] = [];
  const entries: Descriptor[] = [tagged(image, 'v1')];
  for (const { plan } of signatures) {
    const chain = mintWithSources(plan, answers, (one) => cached.push(one));
    minted.push(chain);
    entries.push(attach(layout, image, plan, chain, await envelopeOf(plan, scene.plan, image, chain, answers)));
  }
  writeIndex(layout, entries);
  const config = join(folder, 'config');
  await writeTrust(config, situation, minted);
  for (const name of ['theirs', 'ours']) await writeCache(join(folder, name), scene.plan, cached);
  const reference = scene.plan.reference === 'tag' ? `${layout}:v1` : `${layout}@${image.digest}`;
  return { folder, config, layout, reference, digest: image.digest, minted };
}

/** A CRL that may be in the caches. */
interface Cached {
  readonly url: string;
  readonly ask: (answer: Answerer) => Promise<Reply> | Reply;
}

function mintWithSources(plan: SignaturePlan, answers: Answers, keep: (cached: Cached) => void): readonly Minted[] {
  const finished: { chain?: readonly Minted[] } = {};
  const about = (place: number) => {
    const subject = finished.chain?.[place];
    const issuer = finished.chain?.[place + 1] ?? subject;
    if (!subject || !issuer) throw new Error('asked for before the chain was minted');
    return { subject, issuer };
  };
  const address: Address = (name, answer) => answers.address(name, answer);
  const ask = (place: number, request: Uint8Array, answer: Answerer) =>
    answer({ ...about(place), request, now: plan.now, address, dead: answers.dead });
  const urlOf = (name: string, place: number, { url, answer }: Source) => {
    if (url !== undefined) return url === 'dead' ? answers.dead : url;
    return address(name, (request) => ask(place, request, answer));
  };
  const urlsOf = (place: number) => {
    const { responders, lists } = plan.chain[place] as CertificatePlan;
    const crls = lists.map((one) => urlOf('ca.crl', place, one));
    for (const url of crls) keep({ url, ask: (answer) => ask(place, Buffer.of(), answer) });
    return { responders: responders.map((one) => urlOf('ocsp', place, one)), lists: crls };
  };
  finished.chain = mintChain(plan.chain, urlsOf);
  return finished.chain;
}

async function envelopeOf(
  plan: SignaturePlan,
  scene: ScenePlan,
  image: Descriptor,
  chain: readonly Minted[],
  answers: Answers,
): Promise<Uint8Array> {
  const annotations = Object.keys(scene.metadata).length > 0 ? { annotations: scene.metadata } : {};
  const payload = plan.payload({ targetArtifact: { ...image, ...annotations } });
  const certificates = plan.arrange(chain);
  const hidden = plan.chainIn === 'protected';
  const header = headerOf(hidden ? { ...plan, header: [...plan.header, withChain(certificates)] } : plan);
  const { message, ...signed } = encodeSigned(plan.format, header, payload);
  const value = signMessage(plan, message);
  const token = await plan.token?.({ plan, signature: value, hash: hashOfLeaf(plan), address: answers.address, dead: answers.dead });
  const signature = plan.format === 'jws' ? Buffer.from(value).toString('base64url') : value;
  const unprotected = unprotectedOf(plan.format, hidden ? undefined : certificates, token);
  const parts: SealedParts = { ...signed, signature, unprotected, more: [] };
  return plan.bytes(
    seal(
      plan.format,
      plan.parts.reduce((found, change) => change(found), parts),
    ),
  );
}

function withChain(certificates: readonly Uint8Array[]): (header: HeaderDraft) => HeaderDraft {
  return (header) => ({ ...header, attributes: [...header.attributes, [33, certificates]] });
}

function attach(layout: string, image: Descriptor, plan: SignaturePlan, chain: readonly Minted[], envelope: Uint8Array): Descriptor {
  const layer = {
    mediaType: plan.format === 'jws' ? 'application/jose+json' : 'application/cose',
    digest: digestOf(envelope),
    size: envelope.length,
  };
  const config = { mediaType: 'application/vnd.cncf.notary.signature', digest: digestOf(Buffer.from('{}')), size: 2 };
  const draft: ManifestDraft = {
    document: {
      schemaVersion: 2,
      mediaType: imageManifest,
      config,
      layers: [layer],
      subject: image,
      annotations: thumbprintsOf(plan, chain),
    },
    envelope: 'there',
  };
  const { document, envelope: state } = plan.manifest(draft);
  const manifest = Buffer.from(JSON.stringify(document));
  putBlob(layout, Buffer.from('{}'));
  putBlob(layout, manifest);
  if (state !== 'absent')
    putBlob(layout, envelope, state === 'changed' ? Buffer.concat([Buffer.of((envelope[0] ?? 0) ^ 1), envelope.subarray(1)]) : envelope);
  return { mediaType: imageManifest, digest: digestOf(manifest), size: manifest.length };
}

function thumbprintsOf(plan: SignaturePlan, chain: readonly Minted[]): Readonly<Record<string, string>> {
  const prints = plan.arrange(chain).map((der) => digestOf(der).slice('sha256:'.length));
  return { 'io.cncf.notary.x509chain.thumbprint#S256': JSON.stringify(prints) };
}

function putBlob(layout: string, named: Uint8Array, content: Uint8Array = named): void {
  writeFileSync(join(layout, 'blobs', 'sha256', digestOf(named).slice('sha256:'.length)), content);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

const contents: Readonly<Record<string, Answerer>> = {
  'good CRLs': crl(),
  'CRLs that list it': crl({ entries: [{ reason: 1 }] }),
  'expired CRLs': crl({ nextUpdate: -0.5 }),
  'CRLs by a stranger': crl({ signer: 'a stranger' }),
};

async function writeCache(folder: string, { cache }: ScenePlan, cached: readonly Cached[]): Promise<void> {
  if (cache === 'a file') writeFileSync(folder, '');
  else mkdirSync(join(folder, 'crl'), { recursive: true });
  if (cache === 'a file' || cache === 'empty') return;
  for (const { url, ask } of cached) {
    const name = createHash('sha256').update(url).digest('hex');
    writeFileSync(join(folder, 'crl', name), cache === 'garbage' ? '{"baseCRL":' : entryOf(await ask(contents[cache] ?? crl())), {
      mode: 0o600,
    });
  }
}

function entryOf(reply: Reply): string {
  if (typeof reply === 'string') throw new Error('expected a CRL');
  return JSON.stringify({ baseCRL: Buffer.from(reply.body).toString('base64') });
}
