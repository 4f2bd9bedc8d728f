// Real OCI registries on loopback: one with the referrers API and one without.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPeer } from './peers.ts';

export const registryKinds = ['docker-registry', 'ocireg'] as const;
export type RegistryKind = (typeof registryKinds)[number];

export interface Registry {
  /** `localhost:PORT`: the one host name that notation and oras speak plain HTTP to. */
  readonly host: string;
  readonly hasReferrersApi: boolean;
  stop(): Promise<void>;
}

type Server = ChildProcessByStdio<Writable, Readable, Readable>;

const patience = 10_000;

// Whatever becomes of the process that starts it, the server's standard input ends with that process, and the server with its input.
const untilInputEnds = '"$0" "$@" </dev/null & server=$!; cat >/dev/null; kill "$server"; wait "$server"';

/** Starts an empty registry and waits until it answers. */
export async function startRegistry(kind: RegistryKind): Promise<Registry> {
  return kind === 'ocireg' ? startOcireg() : startDockerRegistry();
}

async function startOcireg(): Promise<Registry> {
  const server = spawn(openPeer('ocireg'), ['-addr', '127.0.0.1:0', '-stdin'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = collect(server);
  const port = await until('ocireg', server, said, async () => /listening on .*:(\d+)\n/.exec(said())?.[1]);
  return { host: `localhost:${port}`, hasReferrersApi: true, stop: () => stop(server) };
}

async function startDockerRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'docker-registry-'));
  const port = await freePort();
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(dockerRegistryConfig(join(folder, 'data'), port)));
  const arguments_ = ['-c', untilInputEnds, openPeer('docker-registry'), 'serve', config];
  const server = spawn('sh', arguments_, { stdio: ['pipe', 'pipe', 'pipe'] });
  await until('docker-registry', server, collect(server), () => answers(port));
  const end = async () => {
    await stop(server);
    rmSync(folder, { recursive: true, force: true });
  };
  return { host: `localhost:${port}`, hasReferrersApi: false, stop: end };
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

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no loopback port is free');
  return String(address.port);
}

async function answers(port: string): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined);
  return response?.ok === true ? port : undefined;
}

function collect(server: Server): () => string {
  let said = '';
  const append = (chunk: unknown) => {
    said += String(chunk);
  };
  server.stdout.on('data', append);
  server.stderr.on('data', append);
  return () => said;
}

/** Asks until there is an answer; a server that ended, or stays silent, is an error with its own words. */
async function until(name: string, server: Server, said: () => string, ask: () => Promise<string | undefined>): Promise<string> {
  const limit = Date.now() + patience;
  while (Date.now() < limit && server.exitCode === null) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(20);
  }
  server.stdin.end();
  throw new Error(`${name} did not start: ${said().trim() || 'it said nothing'}`);
}

async function stop(server: Server): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.stdin.end();
  await ended;
}
