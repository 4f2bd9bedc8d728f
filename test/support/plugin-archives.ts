// Plugins and archives of plugins, good ones and such as nobody should unpack.
import { createHash } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type Zippable, zipSync } from 'fflate';
import { Header } from 'tar';

/** A shell script that answers `get-plugin-metadata`, and nothing else. */
export function pluginScript(name: string, version: string): string {
  const metadata = {
    name,
    description: `plugin ${name}`,
    version,
    url: 'https://plugin.test',
    supportedContractVersions: ['1.0'],
    capabilities: ['SIGNATURE_GENERATOR.RAW'],
  };
  return `#!/bin/sh\n[ "$1" = get-plugin-metadata ] || exit 9\ncat >/dev/null\ncat <<'END'\n${JSON.stringify(metadata)}\nEND\n`;
}

export function writeExecutable(path: string, content: string): string {
  writeFileSync(path, content);
  chmodSync(path, 0o755);
  return path;
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What is in an archive; a file unless `type` says otherwise. */
export interface ArchiveEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Permissions; 0644 unless said. */
  readonly mode?: number;
  readonly type?: 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO';
  /** What the archive says the size is, where that is a lie. */
  readonly size?: number;
}

const types = { Directory: 0o040000, SymbolicLink: 0o120000, Link: 0o120000, CharacterDevice: 0o020000, FIFO: 0o010000 } as const;

/** A zip archive as Unix programs make them. */
export function zipOf(entries: readonly ArchiveEntry[]): Buffer {
  const files: Zippable = {};
  for (const { name, content = '', mode = 0o644, type } of entries) {
    const attributes = ((type === undefined ? 0o100000 : types[type]) | mode) << 16;
    files[name] = [bytesOf(content), { os: 3, attrs: attributes }];
  }
  return Buffer.from(zipSync(files));
}

/** A tar archive, not yet compressed; a name that is given twice is there twice. */
export function tarOf(entries: readonly ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, content = '', mode = 0o644, type = 'File' as const, size }) => {
    const bytes = bytesOf(content);
    const head = Buffer.alloc(512);
    const link = type.endsWith('Link') ? { linkpath: 'target' } : {};
    new Header({ path: name, mode, size: size ?? bytes.length, type, mtime: new Date(0), ...link }).encode(head);
    return [head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export function tarGzOf(entries: readonly ArchiveEntry[]): Buffer {
  return gzipSync(tarOf(entries));
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content;
}
