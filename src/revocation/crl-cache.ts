// CRLs are kept: checked ones in memory for the process, and as files where notation keeps them and as it does (REF-32), until their next update.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { NotationError, ownErrorIn } from '../core/error.ts';
import type { Clock, Files, Log } from '../core/ports.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type CrlPair, checkBaseCrl, checkDeltaCrl, endOfCrls } from '../x509/crl/check.ts';
import { parseCrl } from '../x509/crl/crl.ts';
import { fingerprint } from '../x509/public-key.ts';

/** CRLs that are checked to be an issuer's. */
export interface KeptCrls {
  readonly crls: CrlPair;
  /** From a file, not from the network. */
  readonly cached: boolean;
}

export interface CrlCache {
  /**
   * The CRLs of a URL, from memory, else from the file, else by `download`, whose CRLs are `issuer`'s. Those who ask for the same at the same time share one answer; a failure is
   * remembered for a few seconds, so that a server which is down is not waited for a thousand times.
   * @throws what `download` throws, and nothing else: a file that cannot be read or written, or is not what it should be, is told to the log
   */
  obtain(url: string, issuer: Certificate, download: () => Promise<CrlPair>): Promise<KeptCrls>;
}

export interface CrlCachePorts {
  /** notation's cache directory; without one nothing is kept as a file. */
  readonly folder?: string;
  readonly files: Files;
  /** Writes a whole file or nothing, with this mode, and makes missing folders. */
  readonly write: (path: string, content: string, mode: number) => Promise<void>;
  readonly now: Clock;
  readonly log: Log;
}

/** The CRL cache of a process. Nothing is read before it is asked for. */
export function openCrlCache(ports: CrlCachePorts): CrlCache {
  const memory = new Map<string, Kept>();
  const disk = openDisk(ports);
  const soon = () => ports.now().getTime() + failureMs;
  return {
    obtain: (url, issuer, download) => {
      const key = `${fingerprint(issuer.der)} ${url}`;
      const known = memory.get(key);
      if (known && ports.now().getTime() < known.until) return known.answer;
      const kept: Kept = { answer: load(url, issuer, download, disk, ports.now), until: Number.POSITIVE_INFINITY, size: 0 };
      memory.delete(key);
      memory.set(key, kept);
      kept.answer.then(
        ({ crls }) => settle(memory, kept, sizeOf(crls), endOfCrls(crls, ports.now()) ?? soon()),
        () => settle(memory, kept, 0, soon()),
      );
      return kept.answer;
    },
  };
}

/** `{cache}/crl/`: the name is the URL's SHA-256. */
export function crlCachePath(folder: string, url: string): string {
  return join(folder, 'crl', createHash('sha256').update(url).digest('hex'));
}

interface Kept {
  readonly answer: Promise<KeptCrls>;
  until: number;
  size: number;
}

const failureMs = 10_000;
/** Room for the largest CRL and its delta CRL. */
const memoryLimit = 64 << 20;
const entryLimit = 1000;
/** Two CRLs of 32 MiB in base64. */
const fileLimit = 90 << 20;

function settle(memory: Map<string, Kept>, kept: Kept, size: number, until: number): void {
  [kept.size, kept.until] = [size, until];
  // The oldest go first; what is being loaded has no size yet.
  let total = [...memory.values()].reduce((sum, one) => sum + one.size, 0);
  for (const [key, one] of memory) {
    if (total <= memoryLimit && memory.size <= entryLimit) return;
    if (one === kept || one.until === Number.POSITIVE_INFINITY) continue;
    memory.delete(key);
    total -= one.size;
  }
}

function sizeOf({ base, delta }: CrlPair): number {
  return base.der.length + (delta?.der.length ?? 0);
}

/** REV-016: there should be a newer one by now. Where that cannot be had, these still hold until their next update. */
function isSuperseded({ base, delta }: CrlPair, now: Date): boolean {
  return [base, delta].some((crl) => crl?.nextPublish && crl.nextPublish < now);
}

async function load(url: string, issuer: Certificate, download: () => Promise<CrlPair>, disk: Disk, now: Clock): Promise<KeptCrls> {
  const found = await disk.read(url, issuer);
  if (found && !isSuperseded(found, now())) return { crls: found, cached: true };
  const crls = found ? await download().catch(() => found) : await download();
  if (crls === found) return { crls, cached: true };
  if (endOfCrls(crls, now()) !== undefined) await disk.write(url, crls);
  return { crls, cached: false };
}

interface Disk {
  read(url: string, issuer: Certificate): Promise<CrlPair | undefined>;
  write(url: string, crls: CrlPair): Promise<void>;
}

function openDisk({ folder, files, write, now, log }: CrlCachePorts): Disk {
  if (folder === undefined) return { read: async () => undefined, write: async () => undefined };
  const warn = warnOnce(log);
  return {
    read: async (url, issuer) => {
      try {
        const path = crlCachePath(folder, url);
        const crls = (await files.look(path)) && parseFile(await files.read(path, 'cached CRL', fileLimit));
        if (!crls || endOfCrls(crls, now()) === undefined) return undefined;
        checkBaseCrl(crls.base, issuer);
        checkDeltaCrl(crls, issuer);
        return crls;
      } catch (cause) {
        return warn('is not used; the CRL is fetched instead', url, cause);
      }
    },
    write: async (url, crls) => {
      await write(crlCachePath(folder, url), printFile(crls), 0o600).catch((cause: unknown) => warn('cannot be written', url, cause));
    },
  };
}

/** One warning is enough for a cache that is out of order; each cause is there for who looks. */
function warnOnce(log: Log): (what: string, url: string, cause: unknown) => undefined {
  let warned = false;
  return (what, url, cause) => {
    const own = ownErrorIn(cause);
    if (!own) throw cause;
    log(warned ? 'debug' : 'warn', `CRL cache: a file ${what}`, { url, cause: own.message });
    warned = true;
    return undefined;
  };
}

function parseFile(content: Uint8Array): CrlPair {
  const { baseCRL, deltaCRL } = parseJson(content);
  if (typeof baseCRL !== 'string') throw malformedFile('a member baseCRL', 'none');
  const base = parseCrl(Buffer.from(baseCRL, 'base64'), 'cached CRL');
  if (deltaCRL === undefined || deltaCRL === null) return { base };
  if (typeof deltaCRL !== 'string') throw malformedFile('deltaCRL to be text', typeof deltaCRL);
  return { base, delta: parseCrl(Buffer.from(deltaCRL, 'base64'), 'cached delta CRL') };
}

/** Base64 alone, so that each byte is a character: a string of one byte per character is what takes least memory. */
function parseJson(content: Uint8Array): { readonly baseCRL?: unknown; readonly deltaCRL?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    throw malformedFile('JSON', 'something else');
  }
}

function printFile({ base, delta }: CrlPair): string {
  return JSON.stringify({ baseCRL: encode(base.der), ...(delta && { deltaCRL: encode(delta.der) }) });
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function malformedFile(expected: string, found: string): NotationError {
  return new NotationError('REVOCATION', `cached CRL: expected ${expected}, found ${found}`);
}
