import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { algorithms, type KeySpec } from '../../src/core/algorithm.ts';
import type { Environment, Log } from '../../src/core/ports.ts';
import { nodeTransport } from '../../src/http/node.ts';
import { openHttp } from '../../src/http/open.ts';
import { parseSettings } from '../../src/kms/config.ts';
import type { KeyContext } from '../../src/kms/provider.ts';
import { disk } from '../../src/store/disk.ts';
import { toPem } from '../../src/x509/bundle.ts';
import { writeKeyFiles } from './key-files.ts';
import { mintChain } from './pki.ts';

/** What the contract of every backend needs: a place with a key of each spec it can hold, and keys that must fail. */
export interface OpenBackend {
  readonly specs: readonly KeySpec[];
  readonly keyId: (spec: KeySpec) => string;
  /** A well-formed key id of a key that is not there. */
  readonly absent: string;
  /** A key whose certificate belongs to another key. */
  readonly mismatched: string;
  /** A key without any certificate. */
  readonly bare: string;
  readonly context: KeyContext;
  close(): Promise<void>;
}

export interface TestBackend {
  readonly name: string;
  open(): Promise<OpenBackend>;
}

/** One row a backend: the row enrols it in the contract of test/conformance/key-provider.test.ts. */
export const backends: readonly TestBackend[] = [{ name: 'file', open: openFiles }];

/** A context for opening keys, with plugin config and environment as a test wants them. */
export function contextOf(
  config: Readonly<Record<string, string>> = {},
  environment: Environment = {},
  log: Log = () => undefined,
): KeyContext {
  const deadline = { signal: new AbortController().signal, remainingMs: () => 30_000 };
  return {
    settings: parseSettings(new Map(Object.entries(config))),
    environment,
    files: disk,
    namedKeys: async () => undefined,
    log,
    http: openHttp({ transport: async () => nodeTransport, environment, files: disk, deadline, bundle: config['ca_bundle'] }),
    deadline,
  };
}

async function openFiles(): Promise<OpenBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'notation-ts-kms-'));
  mkdirSync(join(folder, 'bare'));
  for (const { keySpec } of algorithms) await writeKeyFiles(folder, keySpec, keySpec);
  await writeKeyFiles(folder, 'mismatched');
  const other = await mintChain({ spec: 'EC-384' });
  writeFileSync(join(folder, 'mismatched.crt'), toPem(other.map(({ certificate }) => certificate.der)));
  await writeKeyFiles(join(folder, 'bare'), 'bare');
  rmSync(join(folder, 'bare', 'bare.crt'));
  return {
    specs: algorithms.map(({ keySpec }) => keySpec),
    keyId: (spec) => join(folder, `${spec}.key`),
    absent: join(folder, 'absent.key'),
    mismatched: join(folder, 'mismatched.key'),
    bare: join(folder, 'bare', 'bare.key'),
    context: contextOf(),
    close: async () => rmSync(folder, { recursive: true }),
  };
}
