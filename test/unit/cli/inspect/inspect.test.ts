import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { EnvelopeMediaType } from '../../../../src/core/model.ts';
import { encodePayload } from '../../../../src/core/payload.ts';
import { openLayout } from '../../../../src/registry/layout.ts';
import { type EnvelopeWish, makeEnvelope } from '../../../support/envelopes.ts';
import { imageManifest, indexOf, makeImage, tagged, writeIndex } from '../../../support/layout.ts';
import { openFolder, removeFolder } from '../../../support/notation.ts';
import { mintChain, subjectOf } from '../../../support/pki.ts';
import { runTool } from '../../../support/tool.ts';

const folder = openFolder();
after(() => removeFolder(folder));
let count = 0;

const hostile = 'x\u001b]0;owned\u0007\u202egnp.\u009b2J\r\n└── signature algorithm: RSASSA-PSS-SHA-512';
const warning = (verb: string) =>
  `Warning: Always ${verb} the artifact using digest(@sha256:...) rather than a tag(:v1) because resolved digest may not point to the same signed artifact, as tags are mutable.\n`;

describe('hostile texts', () => {
  for (const format of ['jws', 'cose'] as const) {
    test(`of an envelope (${format}) reach a terminal as escapes`, async () => {
      const payload = encodePayload({
        mediaType: hostile,
        digest: `sha256:${'0'.repeat(64)}`,
        size: 1,
        annotations: { [hostile]: hostile },
      });
      const chain = await mintChain({ changes: [{ subject: [...subjectOf('leaf'), ['OU', '\u202e\u200f']] }] });
      const draft = { payload, extended: [{ key: hostile, critical: false, value: [hostile] }] };
      const { reference } = await signedImage({ format, chain, draft, unsigned: { signingAgent: hostile } });
      const { code, stdout, stderr } = await inspect(reference);
      assert.deepEqual([code, stderr], [0, '']);
      assertHarmless(stdout);
      assert.equal(stdout.split('\n').filter((line) => /── signature algorithm: /.test(line) && !line.includes('owned')).length, 1);
      const json = await inspect(reference, '-o', 'json');
      assertHarmless(json.stdout);
      const [signature] = JSON.parse(json.stdout).Signatures;
      assert.equal(signature.userDefinedAttributes[hostile], hostile);
      assert.equal(signature.signedAttributes[hostile], `[${hostile}]`);
      assert.equal(signature.unsignedAttributes.signingAgent, hostile);
      assert.equal(signature.signedArtifact.mediaType, hostile);
    });
  }

  test('of manifests, tags, options and paths reach a terminal as escapes', async () => {
    const { layout, image, reference } = await signedImage({ format: 'jws' });
    await (await openLayout(layout)).attach(image, {
      mediaType: hostile as EnvelopeMediaType,
      envelope: Buffer.from('x'),
      annotations: {},
    });
    writeIndex(layout, [...(JSON.parse(indexOf(layout)).manifests as readonly unknown[]), tagged(image, hostile)]);
    const said = [
      await inspect(reference),
      await inspect(`${layout}:${hostile}`),
      await runTool(['list', '--oci-layout', `${layout}:${hostile}`]),
      await runTool(['list', '--oci-layout', `${folder}/${hostile}:v1`]),
      await runTool(['list', '--oci-layout', `${layout}:none${hostile}`]),
      await inspect(reference, '-o', hostile),
      await inspect(reference, '--max-signatures', hostile),
      await runTool(['list', `localhost:1/${hostile}:v1`]),
    ];
    for (const { stdout, stderr } of said) {
      assertHarmless(stdout.toString());
      assertHarmless(stderr);
    }
  });
});

describe('inspect', () => {
  test('shows every part in its place', async () => {
    const draft = {
      expiry: new Date('2027-01-01T00:00:00Z'),
      extended: [
        { key: 'b', critical: true, value: 1e6 },
        { key: 'a', critical: false, value: 'text' },
      ],
    };
    const { reference, image } = await signedImage({
      format: 'jws',
      draft,
      unsigned: { signingAgent: 'agent/1', timestamp: Buffer.from('3000', 'hex') },
    });
    const { code, stdout, stderr } = await inspect(reference);
    assert.deepEqual([code, stderr], [0, '']);
    const shown = stdout.replace(/sha256:[0-9a-f]{64}\n/g, 'DIGEST\n').replace(/: [0-9a-f]{64}\n/g, ': HEX\n');
    assert.equal(
      shown.replace(reference.slice(0, reference.indexOf('@')), 'LAYOUT').replace(/(countersignature: ).*/, '$1WHY'),
      `Inspecting all signatures for signed artifact
LAYOUT@DIGEST
└── application/vnd.cncf.notary.signature
    └── DIGEST
        ├── media type: application/jose+json
        ├── signature algorithm: ECDSA-SHA-256
        ├── signed attributes
        │   ├── signingScheme: notary.x509
        │   ├── signingTime: Mon Jun  1 12:00:00 2026
        │   ├── expiry: Fri Jan  1 00:00:00 2027
        │   ├── a: text
        │   └── b: 1e+06
        ├── user defined attributes
        │   └── io.example.build: <"a" & b>
        ├── unsigned attributes
        │   ├── signingAgent: agent/1
        │   └── timestamp signature
        │       └── error: failed to parse timestamp countersignature: WHY
        ├── certificates
        │   ├── SHA256 fingerprint: HEX
        │   │   ├── issued to: CN=leaf,O=notation-ts-kms,ST=WA,C=US
        │   │   ├── issued by: CN=intermediate 1,O=notation-ts-kms,ST=WA,C=US
        │   │   └── expiry: Mon Jan  1 00:00:00 2035
        │   ├── SHA256 fingerprint: HEX
        │   │   ├── issued to: CN=intermediate 1,O=notation-ts-kms,ST=WA,C=US
        │   │   ├── issued by: CN=root,O=notation-ts-kms,ST=WA,C=US
        │   │   └── expiry: Mon Jan  1 00:00:00 2035
        │   └── SHA256 fingerprint: HEX
        │       ├── issued to: CN=root,O=notation-ts-kms,ST=WA,C=US
        │       ├── issued by: CN=root,O=notation-ts-kms,ST=WA,C=US
        │       └── expiry: Mon Jan  1 00:00:00 2035
        └── signed artifact
            ├── media type: ${image.mediaType}
            ├── digest: DIGEST
            └── size: 16724
`,
    );
  });

  test('fails after showing the rest when one is skipped', async () => {
    const { layout, image, reference } = await signedImage({ format: 'cose' });
    await (await openLayout(layout)).attach(image, { mediaType: 'application/cose', envelope: Buffer.from('x'), annotations: {} });
    const { code, stdout, stderr } = await inspect(reference);
    assert.equal(code, 1);
    assert.match(stdout, /media type: application\/cose/);
    assert.match(
      stderr,
      /^Warning: Skipping signature sha256:[0-9a-f]{64} because of error: .+\nError: at least one signature was skipped and not displayed\n$/,
    );
  });

  test('says when the payload is of another type', async () => {
    const draft = { payload: Buffer.from('{"targetArtifact":{"mediaType":"","digest":"x","size":1}}') };
    const { reference } = await signedImage({ format: 'jws', draft });
    const { code, stdout, stderr } = await inspect(reference);
    assert.deepEqual([code, stdout], [1, `${reference} has no associated signature\n`]);
    assert.match(stderr, /payload targetArtifact mediaType: expected a media type/);
  });
});

describe('list and inspect', () => {
  test('warn of a tag, each in its own words', async () => {
    const { layout, image } = await signedImage();
    for (const [command, verb] of [
      ['list', 'list'],
      ['ls', 'list'],
      ['inspect', 'inspect'],
    ] as const) {
      const { code, stdout, stderr } = await runTool([command, '--oci-layout', `${layout}:v1`]);
      assert.deepEqual([code, stdout.toString(), stderr], [0, `${layout}@${image.digest} has no associated signature\n`, warning(verb)]);
    }
  });

  test('show no more than they are asked for, and say so on standard output but beside JSON', async () => {
    const { reference } = await signedImage({ format: 'jws' }, { format: 'cose' });
    const exceeded = 'Warning: exceeded configured limit of max signatures 1 to examine\n';
    const listed = await runTool(['list', '--oci-layout', '--max-signatures', '1', reference]);
    assert.deepEqual([listed.code, listed.stderr], [0, '']);
    assert.match(listed.stdout.toString(), new RegExp(`    └── sha256:[0-9a-f]{64}\n${exceeded}$`));
    const text = await inspect(reference, '--max-signatures', '1');
    assert.ok(text.stdout.endsWith(`size: 16724\n${exceeded}`));
    const json = await inspect(reference, '--max-signatures', '1', '--output', 'json');
    assert.equal(JSON.parse(json.stdout).Signatures.length, 1);
    assert.equal(json.stderr, exceeded);
    assert.equal((await inspect(reference, '--max-signatures', '2')).stdout.includes('Warning'), false);
  });

  test('list shows what it found before the listing failed', async () => {
    const { layout, image, reference } = await signedImage({ format: 'jws' });
    const broken = { mediaType: imageManifest, digest: `sha256:${'0'.repeat(64)}`, size: 1 };
    writeFileSync(join(layout, 'blobs', 'sha256', '0'.repeat(64)), 'x');
    const repository = await openLayout(layout);
    for await (const { annotations: _, ...signature } of repository.signatures(image)) writeIndex(layout, [image, signature, broken]);
    const { code, stdout, stderr } = await runTool(['list', '--oci-layout', reference]);
    assert.equal(code, 1);
    assert.match(stdout.toString(), / {4}└── sha256:[0-9a-f]{64}\n$/);
    assert.match(stderr, /^Error: blob sha256:0+: expected bytes of that digest/);
  });

  const refused = [
    [['list'], /^Error: missing reference to the artifact; use notation-ts-kms list --help/],
    [['inspect', '-o', 'yaml', '--oci-layout', 'x:v1'], /^Error: unrecognized output format yaml/],
    [['list', '--max-signatures', '0', 'x:v1'], /^Error: max-signatures value 0 must be a positive number/],
    [['list', '--max-signatures', '-1', 'x:v1'], /^Error: max-signatures value -1 must be a positive number/],
    [['list', '--max-signatures', '1.5', 'x:v1'], /^Error: max-signatures value 1.5 must be a positive number/],
    [['list', '--max-signatures', 'many', 'x:v1'], /^Error: --max-signatures: expected a number, found "many"/],
    [['list', '--oci-layout', 'x'], /^Error: "x": invalid reference: expected a tag or a digest, found none; write <file_path>:<tag>/],
    [['list', '--oci-layout', '/nonexistent:v1'], /^Error: OCI layout \/nonexistent cannot be opened: it does not exist/],
    [['list', 'x'], /^Error: "x": invalid reference: missing registry or repository/],
    [
      ['list', '--allow-referrers-api', 'x'],
      /^Warning: flag '--allow-referrers-api' is deprecated and will be removed in future versions.\nError: /,
    ],
  ] as const;
  for (const [words, message] of refused) {
    test(`refuse ${words.join(' ')}`, async () => {
      const { code, stdout, stderr } = await runTool(words);
      assert.deepEqual([code, stdout.toString()], [1, '']);
      assert.match(stderr, message);
    });
  }

  test('say what they do to those who ask', async () => {
    const { reference } = await signedImage();
    const { stderr } = await runTool(['list', '-v', '--oci-layout', reference]);
    assert.match(stderr, /^level=info msg=reference resolved reference=/);
  });
});

/** A layout's image with envelopes attached, and the image's reference by digest. */
async function signedImage(...wishes: readonly EnvelopeWish[]) {
  const { layout, image } = makeImage(join(folder, `layout-${count++}`));
  const repository = await openLayout(layout);
  for (const wish of wishes) {
    const { codec, bytes } = await makeEnvelope(wish);
    await repository.attach(image, { mediaType: codec.mediaType, envelope: bytes, annotations: {} });
  }
  return { layout, image, reference: `${layout}@${image.digest}` };
}

async function inspect(reference: string, ...words: readonly string[]) {
  const { code, stdout, stderr } = await runTool(['inspect', '--oci-layout', ...words, reference]);
  return { code, stdout: stdout.toString(), stderr };
}

function assertHarmless(text: string): void {
  assert.doesNotMatch(text, /[^\P{Cc}\n]|[\u200f\u202a-\u202e\u2066-\u2069]/u);
  assert.ok(!text.includes('\n└── signature algorithm'), text);
}
