// The programs of the README's page "Library", run for a reader who has a registry, a key, and somebody to trust.
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pushArtifact } from './notation.ts';
import { start } from './process.ts';
import { startOcireg } from './registry.ts';

interface Reader {
  readonly folder: string;
  readonly layout: string;
  readonly home: { readonly config: string };
}

/** What each program must print, in the page's order. */
const words: readonly RegExp[] = [
  /^signed: sha256:[0-9a-f]{64}\nverified: sha256:[0-9a-f]{64}\n$/,
  /^sha256:[0-9a-f]{64} fails at user metadata: /,
  /^$/,
  /^sha256:[0-9a-f]{64}\nsha256:[0-9a-f]{64} says it is of sha256:[0-9a-f]{64} 20/,
  /^$/,
];

/** Runs the compiled programs of `project` in a folder with what they name. @throws when one does not do what it says */
export async function runReadme(project: string, { folder, layout, home }: Reader, count: number): Promise<void> {
  const registry = await startOcireg();
  try {
    const own = mkdtempSync(join(folder, 'reader-'));
    await pushArtifact(`${registry.host}/app`, 'an application', folder);
    for (const [from, to] of [
      ['leaf.key', 'release.key'],
      ['leaf.crt', 'release.crt'],
      ['leaf.crt', 'chain.pem'],
      ['root.crt', 'acme-root.pem'],
      ['blob.bin', 'app.tar.gz'],
    ] as const)
      copyFileSync(join(folder, from), join(own, to));
    cpSync(layout, join(own, 'app-layout'), { recursive: true });
    const env = { HOME: folder, NOTATION_CONFIG: home.config, PATH: process.env['PATH'] };
    await signLayout(project, own, env);
    assert.equal(count, words.length);
    for (const [index, expected] of words.entries()) {
      const path = join(project, 'built', `readme-${index}.js`);
      writeFileSync(path, adapt(readFileSync(path, 'utf8'), registry.host));
      const ended = await start([process.execPath, path], { cwd: own, env });
      assert.deepEqual([ended.code, ended.stderr], [0, ''], `program ${index}`);
      assert.match(ended.stdout, expected, `program ${index}`);
    }
  } finally {
    await registry.stop();
  }
}

/** For this reader's registry and key in place of the page's. */
function adapt(program: string, host: string): string {
  return program
    .replaceAll("reference: 'registry.example.com/", `reference: '${host}/`)
    .replaceAll('awskms:///alias/release', './release.key');
}

/** The layout of the second program holds a signature that lacks what it wants. */
async function signLayout(project: string, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const bin = join(project, 'node_modules', 'notation-ts-kms', 'main.js');
  const signed = await start([process.execPath, bin, 'sign', '--oci-layout', '--id', './release.key', 'app-layout:v1'], { cwd, env });
  assert.equal(signed.code, 0, signed.stderr);
}
