// The list of components beside an archive is true: by CycloneDX's own schema, by the bytes of the executable, and by the bundler's source maps, of
// which the list is not made.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { extract } from 'tar';
import { bundle, bunPath } from '../../scripts/build.ts';
import { bunRuntime, versionsOf } from '../../scripts/package/bun.ts';
import { missingRuntimes, runtimeOf } from '../../scripts/package/runtime.ts';
import { sbomOf } from '../../scripts/package/sbom.ts';
import { targetHere, targets } from '../../scripts/package/target.ts';
import { packageAll } from '../../scripts/package.ts';
import { objectionToSbom, type Sbom, type SbomComponent } from '../support/cyclonedx.ts';
import { openFolder, removeFolder } from '../support/notation.ts';
import { packagesSeen, sentencesOf } from '../support/sentences.ts';

const root = join(import.meta.dirname, '../..');
const lock: Readonly<Record<string, { readonly version: string; readonly integrity?: string }>> = JSON.parse(
  readFileSync(join(root, 'package-lock.json'), 'utf8'),
).packages;

const absent = missingRuntimes();
const needsRuntimes = absent.length === 0 ? {} : { skip: `peer absent: ${absent.join(', ')}: run scripts/peers` };

describe('the list of components', needsRuntimes, () => {
  const folder = openFolder();
  let list: Sbom;
  let executable: Buffer;
  before(async () => {
    const [archive = '', sbom = ''] = await packageAll([targetHere()], folder);
    list = JSON.parse(readFileSync(join(folder, sbom), 'utf8'));
    await extract({ file: join(folder, archive), cwd: folder });
    executable = readFileSync(join(folder, 'notation-ts-kms'));
  });
  after(() => removeFolder(folder));

  test('is of this executable, and what the schema of CycloneDX 1.6 allows', () => {
    assert.equal(objectionToSbom(list), undefined);
    assert.match(objectionToSbom({ ...list, components: [{ type: 'library' }] }) ?? '', /required property 'name'/);
    assert.equal(list.metadata.component.hashes[0]?.content, createHash('sha256').update(executable).digest('hex'));
    assert.equal(list.metadata.component.version, lock['']?.version);
    const references = everyComponent(list.components).map((component) => component['bom-ref']);
    assert.equal(new Set(references).size, references.length);
  });

  test('names the packages of the source maps, in their versions, and no other', () => {
    const maps = join(folder, 'maps');
    bundle('executable', ['--production', '--target=bun', '--sourcemap=external', `--outdir=${maps}`]);
    const sources = readdirSync(maps).filter((name) => name.endsWith('.map'));
    const found = sources.flatMap((name) => packagesOfMap(join(maps, name)));
    assert.ok(found.length > 500);
    assert.deepEqual([...new Set(found)].sort(), packagesListed(list));
  });

  test('names every package that has a sentence in the executable', async () => {
    const installed = Object.keys(lock).filter((place) => place !== '' && existsSync(join(root, place)));
    const places = installed.map((place) => [nameOf(place), join(root, place)] as const);
    const sentences = sentencesOf(new Map(places), join(root, 'src'));
    const runtime = readFileSync(await runtimeOf(targetHere().runtime));
    const seen = packagesSeen(executable.subarray(runtime.length - 65_536).toString('latin1'), sentences);
    const listed = packagesListed(list);
    assert.deepEqual(
      [...seen].filter(([name]) => !listed.includes(name)),
      [],
    );
    assert.ok(seen.size >= 25, `${seen.size} packages are known again`);
  });

  test('has the digest of each package, as package-lock.json pins it', () => {
    for (const { name, version, hashes, purl } of libraries(list)) {
      const pins = Object.entries(lock).filter(([place]) => place.endsWith(`node_modules/${name}`) && lock[place]?.version === version);
      const digests = pins.map(([, { integrity = '' }]) => Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex'));
      assert.ok(digests.includes(hashes?.[0]?.content ?? ''), name);
      assert.equal(purl, `pkg:npm/${name.replace('@', '%40')}@${version}`);
    }
  });

  test('has the packages of NOTICE, which tells the terms of each, and how Bun is relinked', () => {
    const notice = readFileSync(join(folder, 'NOTICE'), 'utf8');
    const sections = notice.split(`\n\n${'-'.repeat(80)}\n\n`);
    const ours = libraries(list).map(({ name, version, licenses }) => {
      const section = sections.find((text) => text.startsWith(`${name} ${version} (`)) ?? '';
      const stated = JSON.stringify(licenses).match(/[\w.-]+/g) ?? [];
      assert.ok(section.length > 600 || stated.some((identifier) => notice.includes(` (${identifier})\n\n`)), `${name}: a whole text`);
      return section;
    });
    assert.equal(sections.slice(-ours.length).join(), ours.join(), 'these and no others, in the same order');
    assert.doesNotMatch(notice, /undefined|\[object/);
    for (const said of [
      /GNU LIBRARY GENERAL PUBLIC LICENSE\s+Version 2, June 1991/i,
      /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1/i,
      /npm run build -- --runtime=/,
    ])
      assert.match(notice, said);
    assert.ok(notice.includes(`commit\n  ${versionsOf(bunPath())['webkit']}`));
  });

  test('names the runtime, and commits of what is in it that are in its bytes, on every platform', async () => {
    for (const target of targets) {
      const bytes = readFileSync(await runtimeOf(target.runtime));
      const runtime = bunRuntime(root, target, bunPath());
      const commits = runtime.parts.filter(({ version = '' }) => /^[0-9a-f]{40}$/.test(version));
      assert.ok(commits.some(({ name }) => name === 'JavaScriptCore') && commits.length >= 13);
      const untold = commits.filter(({ name, version = '' }) => name !== "Tigerbeetle's IO code" && !bytes.includes(version.slice(0, 12)));
      assert.deepEqual(untold, [], target.bun);
      assert.equal(
        runtime.parts.some(({ name }) => name === 'libuv'),
        target.os === 'windows',
      );
      assert.equal(objectionToSbom(JSON.parse(sbomOf({ version: '0.1.0', file: '', bytes, packages: [], runtime }))), undefined);
    }
    assert.ok(executable.includes(versionsOf(bunPath())['webkit'] ?? 'none'));
  });
});

function libraries({ components }: Sbom): readonly SbomComponent[] {
  return components.filter(({ type }) => type === 'library');
}

function packagesListed(list: Sbom): readonly string[] {
  return libraries(list)
    .map(({ name, version }) => `${name}@${version}`)
    .sort();
}

function everyComponent(components: readonly SbomComponent[]): readonly SbomComponent[] {
  return components.flatMap((component) => [component, ...everyComponent(component.components ?? [])]);
}

/** "name@version" of the package in a folder of package-lock.json. */
function nameOf(place: string): string {
  return `${place.replace(/^.*node_modules\//, '')}@${lock[place]?.version}`;
}

function packagesOfMap(path: string): readonly string[] {
  const { sources } = JSON.parse(readFileSync(path, 'utf8')) as { readonly sources: readonly string[] };
  return sources.flatMap((source) => {
    const [place] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source) ?? [];
    if (place === undefined) return [];
    const { name, version } = JSON.parse(readFileSync(join(resolve(path, '..', place), 'package.json'), 'utf8'));
    return [`${name}@${version}`];
  });
}
