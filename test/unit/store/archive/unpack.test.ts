// Archives that must not be unpacked, and what is in those that may.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { NotationError } from '../../../../src/core/error.ts';
import { unpackTarGz } from '../../../../src/store/archive/tar-gz.ts';
import { unpackZip } from '../../../../src/store/archive/zip.ts';
import { temporaryFolder } from '../../../support/key-files.ts';
import { type ArchiveEntry, tarGzOf, tarOf, zipOf } from '../../../support/plugin-archives.ts';

type Unpack = (path: string, folder: string) => Promise<void>;

/** Unpacks into a folder with nothing beside it, and answers what is there. */
async function unpack(t: TestContext, how: Unpack, archive: Uint8Array): Promise<string> {
  const root = temporaryFolder(t);
  const [path, folder] = [join(root, 'archive'), join(root, 'into')];
  writeFileSync(path, archive);
  mkdirSync(folder);
  try {
    await how(path, folder);
  } finally {
    assert.deepEqual(readdirSync(root).sort(), ['archive', 'into'], 'nothing is written elsewhere');
  }
  return folder;
}

async function refuses(t: TestContext, how: Unpack, archive: Uint8Array, says: RegExp): Promise<void> {
  await assert.rejects(unpack(t, how, archive), (error) => {
    assert.ok(error instanceof NotationError && error.code === 'FILE', String(error));
    assert.match(error.message, says);
    return true;
  });
}

const kinds = [
  { kind: 'zip', how: unpackZip, make: zipOf },
  { kind: 'tar.gz', how: unpackTarGz, make: tarGzOf },
] as const;

const hostileNames = [
  '../x',
  'a/../../x',
  'a..b',
  '/etc/x',
  '//x',
  'a\\..\\x',
  'a\\x',
  'C:x',
  'C:/x',
  'x:stream',
  'x\ny',
  '\u001b[31mx',
  'x\u0000y',
];

for (const { kind, how, make } of kinds) {
  describe(kind, () => {
    test('files come out with their content, and no more permissions than others may have', async (t) => {
      const entries: readonly ArchiveEntry[] = [
        { name: 'notation-x', content: 'run', mode: 0o4777 },
        { name: 'LICENSE', content: 'text', mode: 0o600 },
        { name: 'empty' },
      ];
      const folder = await unpack(t, how, make(entries));
      assert.deepEqual(readdirSync(folder).sort(), ['LICENSE', 'empty', 'notation-x']);
      assert.equal(readFileSync(join(folder, 'notation-x'), 'utf8'), 'run');
      const modes = ['notation-x', 'LICENSE'].map((name) => statSync(join(folder, name)).mode & 0o7777);
      assert.deepEqual(modes, [0o755, 0o600]);
    });

    // A name in tar ends at such a byte.
    for (const name of hostileNames.filter((one) => kind === 'zip' || !one.includes('\0')))
      test(`the name ${JSON.stringify(name)} is refused`, (t) => refuses(t, how, make([{ name, content: 'x' }]), /found "/));

    test('such a name is refused for a folder too', (t) =>
      refuses(t, how, make([{ name: '../x/', type: 'Directory' }]), /cannot contain '\.\.'/));

    test('and where it would not be unpacked', (t) =>
      refuses(t, how, make([{ name: 'folder/../../x', content: 'x' }]), /cannot contain '\.\.'/));

    for (const type of ['SymbolicLink', 'CharacterDevice', 'FIFO'] as const)
      test(`${type} is refused`, (t) => refuses(t, how, make([{ name: 'x', type }]), /expected files and folders, found "x"/));

    test('too many entries are refused', (t) => {
      const entries = Array.from({ length: 4097 }, (_, index) => ({ name: `folder/${index}` }));
      return refuses(t, how, make(entries), /expected at most 4096 entries, found more/);
    });

    test('a truncated archive is refused', (t) => {
      const whole = make([{ name: 'notation-x', content: Buffer.alloc(100_000, 'abc') }]);
      return refuses(t, how, whole.subarray(0, whole.length / 2), /it cannot be read/);
    });

    test('garbage is refused', (t) => refuses(t, how, Buffer.from('PK\x03\x04 this is none'), /it cannot be read/));

    test('one that unpacks to as much as no plugin is ends at the limit', (t) => {
      const bomb = make([{ name: 'notation-x', content: Buffer.alloc(256 << 20) }]);
      assert.ok(bomb.length < 2 << 20);
      return refuses(t, how, bomb, /total file size reached the 256 MiB size limit/);
    });
  });
}

describe('zip', () => {
  const good = [{ name: 'notation-x', content: 'run '.repeat(100), mode: 0o755 }];

  test('what lies in folders is left', async (t) => {
    const folder = await unpack(
      t,
      unpackZip,
      zipOf([...good, { name: 'lib/notation-y', content: 'y' }, { name: 'lib/', type: 'Directory' }]),
    );
    assert.deepEqual(readdirSync(folder), ['notation-x']);
  });

  test('an encrypted file is refused', (t) => {
    const archive = zipOf(good);
    // The general purpose bit flag of the central directory, and of the file itself.
    archive.writeUInt8(archive.readUInt8(archive.indexOf('PK\x01\x02') + 8) | 1, archive.indexOf('PK\x01\x02') + 8);
    archive.writeUInt8(archive.readUInt8(6) | 1, 6);
    return refuses(t, unpackZip, archive, /not encrypted/);
  });

  test('content that is not what its check sum says is refused', (t) => {
    const archive = zipOf(good);
    const at = archive.indexOf('PK\x01\x02') + 16;
    archive.writeUInt32LE((archive.readUInt32LE(at) ^ 1) >>> 0, at);
    return refuses(t, unpackZip, archive, /expected the check sum/);
  });

  test('a size that is a lie is refused', (t) => {
    const archive = zipOf(good);
    archive.writeUInt32LE(5, archive.indexOf('PK\x01\x02') + 24);
    return refuses(t, unpackZip, archive, /it cannot be read/);
  });

  test('a way of packing that is not known is refused', (t) => {
    const archive = zipOf(good);
    archive.writeUInt16LE(99, archive.indexOf('PK\x01\x02') + 10);
    archive.writeUInt16LE(99, 8);
    return refuses(t, unpackZip, archive, /it cannot be read/);
  });

  test('a file that is there twice is refused', (t) => {
    const archive = zipOf([
      { name: 'notation-x', content: 'one' },
      { name: 'notation-y', content: 'two' },
    ]);
    const twice = Buffer.from(archive.toString('latin1').replaceAll('notation-y', 'notation-x'), 'latin1');
    return refuses(t, unpackZip, twice, /notation-x cannot be written: something else is in its place/);
  });

  test('a name that is no UTF-8 is refused', (t) => {
    const archive = Buffer.from(
      zipOf([{ name: 'notation-x', content: 'x' }])
        .toString('latin1')
        .replaceAll('notation-x', 'notation-\xff'),
      'latin1',
    );
    return refuses(t, unpackZip, archive, /expected names of files/);
  });

  test('one of another system than Unix holds no executables', async (t) => {
    const archive = zipOf(good);
    archive.writeUInt8(0, archive.indexOf('PK\x01\x02') + 5);
    const folder = await unpack(t, unpackZip, archive);
    assert.equal(statSync(join(folder, 'notation-x')).mode & 0o777, 0o644);
  });
});

describe('tar.gz', () => {
  test('the files of all folders come out side by side', async (t) => {
    const entries = [{ name: './a/', type: 'Directory' as const }, { name: './a/notation-x', content: 'x' }, { name: 'b/c/LICENSE' }];
    assert.deepEqual(readdirSync(await unpack(t, unpackTarGz, tarGzOf(entries))).sort(), ['LICENSE', 'notation-x']);
  });

  test('two files of one name are refused, wherever they are', (t) =>
    refuses(t, unpackTarGz, tarGzOf([{ name: 'a/notation-x' }, { name: 'b/notation-x' }]), /something else is in its place/));

  test('a hard link is refused', (t) => refuses(t, unpackTarGz, tarGzOf([{ name: 'x', type: 'Link' }]), /which is a Link/));

  test('gzip of something else is refused', (t) => refuses(t, unpackTarGz, gzipSync('x'.repeat(2000)), /it cannot be read/));

  test('gzip in gzip is refused', (t) => refuses(t, unpackTarGz, gzipSync(tarGzOf([{ name: 'notation-x' }])), /found another gzip/));

  test('a size beyond the archive is refused', (t) =>
    refuses(t, unpackTarGz, gzipSync(tarOf([{ name: 'notation-x', content: 'x', size: 1 << 20 }])), /it cannot be read/));

  test('a check sum of a header that does not hold is refused', (t) => {
    const tar = tarOf([{ name: 'notation-x', content: 'x' }]);
    tar.write('y', 0);
    return refuses(t, unpackTarGz, gzipSync(tar), /it cannot be read/);
  });

  test('nothing but padding ends at the limit too', (t) =>
    refuses(t, unpackTarGz, gzipSync(Buffer.concat([tarOf([{ name: 'x' }]), Buffer.alloc(300 << 20)])), /size limit/));
});
