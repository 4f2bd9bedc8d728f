import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { codecOfFormat, codecOfMediaType, fileSuffixOf, formatOfFile, mediaTypeOf } from '../../../src/envelope/index.ts';

const rows = [
  { format: 'jws', mediaType: 'application/jose+json', suffix: '.jws.sig' },
  { format: 'cose', mediaType: 'application/cose', suffix: '.cose.sig' },
] as const;

for (const { format, mediaType, suffix } of rows) {
  test(`${format} is ${mediaType}, and ${suffix} in file names`, async () => {
    assert.equal(mediaTypeOf(format), mediaType);
    assert.equal(fileSuffixOf(format), suffix);
    assert.equal(formatOfFile(`image.tar${suffix}`), format);
    const codec = await codecOfFormat(format);
    assert.equal(codec.mediaType, mediaType);
    assert.equal(await codecOfMediaType(mediaType), codec);
  });
}

test('another file name tells no format', () => {
  for (const name of ['image.tar', 'image.sig', 'jws.sig', 'image.jws.sig.txt', 'image.jwssig'])
    assert.equal(formatOfFile(name), undefined);
});

test('another media type is refused by name', async () => {
  for (const mediaType of ['unsupported', '', 'application/jose', 'APPLICATION/COSE']) {
    await assert.rejects(codecOfMediaType(mediaType), { code: 'ENVELOPE', message: /expected the media type application\/jose\+json or/ });
  }
});

test('only COSE loads the CBOR library', () => {
  const index = join(import.meta.dirname, '..', '..', '..', 'src', 'envelope', 'index.ts');
  const loaded = (format: string) => {
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      const { codecOfFormat } = await import(${JSON.stringify(index)});
      await codecOfFormat('${format}');
      console.log(loaded.some((url) => url.includes('cborg')));
    `;
    return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }).stdout.trim();
  };
  assert.equal(loaded('jws'), 'false');
  assert.equal(loaded('cose'), 'true');
});
