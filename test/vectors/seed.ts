// The golden example, which lies beside the vectors: an envelope that notation made, its manifest and its certificate, which was valid for a day.
// The artifact itself is not there, and need not be.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thirdPartyFolder } from '../support/third-party.ts';
import { runTool } from '../support/tool.ts';
import type { Answer, Group, Question } from './answer.ts';
import { inFolder } from './folder.ts';

/** The reason: its certificate's validity. */
const outsideItsDay =
  /^Signature sha256:b3d28887[0-9a-f]{56} was rejected: authenticTimestamp$[\s\S]*valid from 2025-02-08T09:39:09.000Z to 2025-02-09T09:39:09.000Z/m;

export const seed: Group = {
  name: 'seed',
  questions: () => [],
  beyond: () => [
    question('valid', 'while its certificate was valid', new Date('2025-02-08T17:00:00Z')),
    question('invalid', 'before its certificate was valid', new Date('2025-02-08T08:39:09Z')),
    question('invalid', 'now', new Date()),
  ],
};

function question(expected: 'valid' | 'invalid', when: string, at: Date): Question {
  const answer = () => inFolder((folder) => verifyAt(folder, at));
  return { id: when, expected, answer, ...(expected === 'invalid' && { words: outsideItsDay }) };
}

const subject = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: 'sha256:f17fbc7debc4eda7456dd3ab0c18c27d50821a9821cfca5607404e654f76e675',
  size: 605,
};
const manifest = 'b3d288872d003b0d31a26522dbf836184f229288b57dff2621f1ee8e48034cd9';
const envelope = 'cb71e04d24a01cbdabef808730b93e0d642898040158c2528c85194fe4076dff';
const policy = {
  name: 'seed',
  registryScopes: ['registry.test/seed'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:seed'],
  trustedIdentities: ['x509.subject: C=US, ST=WA, L=Seattle, O=Notary, CN=yoyo-duan.io'],
};

async function verifyAt(folder: string, now: Date): Promise<Answer> {
  const environment = { NOTATION_CONFIG: folder, HOME: folder, XDG_CACHE_HOME: folder };
  const store = join(folder, 'truststore/x509/ca/seed');
  mkdirSync(store, { recursive: true });
  copyFileSync(fileOf('leaf.crt'), join(store, 'leaf.crt'));
  writeFileSync(join(folder, 'trustpolicy.json'), JSON.stringify({ version: '1.0', trustPolicies: [policy] }));
  const layout = makeLayout(join(folder, 'layout'));
  const words = ['verify', '--oci-layout', '--scope', 'registry.test/seed', `${layout}@${subject.digest}`];
  const { code, stderr } = await runTool(words, { environment, now });
  return code === 0 ? { verdict: 'valid', why: 'verified' } : { verdict: 'invalid', why: stderr };
}

function makeLayout(layout: string): string {
  const blobs = join(layout, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  copyFileSync(fileOf('signature-manifest.json'), join(blobs, manifest));
  copyFileSync(fileOf('envelope.jws.json'), join(blobs, envelope));
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const signature = { mediaType: subject.mediaType, digest: `sha256:${manifest}`, size: 728 };
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [subject, signature] }));
  return layout;
}

function fileOf(name: string): string {
  return join(thirdPartyFolder, '..', 'seed', name);
}
