// Real OCI registries on loopback: one with the referrers API and one without.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPeer } from './peers.ts';
import { freePort, startServer } from './server.ts';

export const registryKinds = ['docker-registry', 'ocireg'] as const;
export type RegistryKind = (typeof registryKinds)[number];

export interface Registry {
  /** `localhost:PORT`: the one host name that notation and oras speak plain HTTP to. */
  readonly host: string;
  readonly hasReferrersApi: boolean;
  stop(): Promise<void>;
}

/** Starts an empty registry and waits until it answers. */
export async function startRegistry(kind: RegistryKind): Promise<Registry> {
  return kind === 'ocireg' ? startOcireg() : startDockerRegistry();
}

/** Starts an empty registry; `options` are ocireg's own. */
export async function startOcireg(options: readonly string[] = []): Promise<Registry> {
  const { answer: port, stop } = await startServer({
    name: 'ocireg',
    command: [openPeer('ocireg'), '-addr', '127.0.0.1:0', '-stdin', ...options],
    stopsWithInput: true,
    ready: async (said) => /listening on .*:(\d+)\n/.exec(said)?.[1],
  });
  return { host: `localhost:${port}`, hasReferrersApi: true, stop };
}

async function startDockerRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'docker-registry-'));
  const port = await freePort();
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(dockerRegistryConfig(join(folder, 'data'), port)));
  const server = await startServer({
    name: 'docker-registry',
    command: [openPeer('docker-registry'), 'serve', config],
    stopsWithInput: false,
    ready: () => answers(port),
  });
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { host: `localhost:${port}`, hasReferrersApi: false, stop };
}

// JSON is YAML, which is what the registry reads.
function dockerRegistryConfig(rootdirectory: string, port: string): unknown {
  return {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
  };
}

async function answers(port: string): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/v2/`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  return response?.ok === true ? port : undefined;
}
