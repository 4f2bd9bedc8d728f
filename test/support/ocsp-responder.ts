// An OCSP responder on loopback: OpenSSL's answers behind a small HTTP server, good or bad as a test says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '../../src/x509/bundle.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { type Reply, startAnswering } from './answering.ts';
import type { Holder } from './pki.ts';
import { start } from './process.ts';

export interface OcspResponderWish {
  /** Who issued the certificates that are asked about. */
  readonly ca: Holder;
  /** Who signs the answers; the CA itself when absent. */
  readonly responder?: Holder;
  /** Further options of `openssl ocsp`: `-rmd sha1`, `-resp_key_id`, `-resp_no_certs` … */
  readonly options?: readonly string[];
  /** Days until the next update; none is stated for 'none'. One day when absent. */
  readonly days?: number | 'none';
}

/** Why and when a certificate was revoked. */
export interface Revocation {
  /** As OpenSSL spells it: keyCompromise, superseded, certificateHold …; none when absent. */
  readonly reason?: string;
  readonly at?: Date;
  /** OpenSSL then gives keyCompromise as the reason. */
  readonly invalidityDate?: Date;
}

/** What happens to a request; `ask` answers what OpenSSL says to it. */
export type OcspHabit = (ask: () => Promise<Uint8Array>, request: IncomingMessage) => Promise<Reply | 'silence'>;

export interface OcspResponder {
  /** For the authority information access of certificates. */
  readonly url: string;
  /** Every request so far: its method and path. */
  readonly asked: readonly string[];
  /** Certificates are unknown until they are marked. */
  mark(certificate: Certificate, status: 'good' | 'unknown' | Revocation): void;
  /** Answers otherwise from now on; honestly again without a habit. */
  behave(habit?: OcspHabit): void;
  close(): Promise<void>;
}

/** Starts a responder. Its certificates need its URL, and so are minted afterwards and marked then. */
export async function startOcspResponder(wish: OcspResponderWish): Promise<OcspResponder> {
  const files = writeFiles(wish);
  const entries = new Map<string, string>();
  const asked: string[] = [];
  let habit: OcspHabit = honest;
  const server = await startAnswering(async (body, request) => {
    asked.push(`${request.method} ${request.url}`);
    return habit(() => files.answer(requestIn(body, request), [...entries.values()]), request);
  }, 'application/ocsp-response');
  return {
    url: server.url,
    asked,
    mark: (certificate, status) => {
      if (status === 'unknown') entries.delete(certificate.serial);
      else entries.set(certificate.serial, indexLine(certificate, status));
    },
    behave: (other = honest) => {
      habit = other;
    },
    close: async () => {
      await server.stop();
      files.remove();
    },
  };
}

interface ResponderFiles {
  /** OpenSSL's answer to a request, with these lines in its index. */
  answer(request: Uint8Array, index: readonly string[]): Promise<Uint8Array>;
  remove(): void;
}

async function honest(ask: () => Promise<Uint8Array>): Promise<Reply> {
  return { body: await ask() };
}

// RFC 6960 appendix A.1: in the path of GET as base64, percent-encoded; as the body of POST.
function requestIn(body: Uint8Array, { method, url = '' }: IncomingMessage): Uint8Array {
  if (method !== 'GET') return body;
  return Buffer.from(decodeURIComponent(url.split('?')[0]?.split('/').at(-1) ?? ''), 'base64');
}

function writeFiles({ ca, responder = ca, days = 1, options = [] }: OcspResponderWish): ResponderFiles {
  const folder = mkdtempSync(join(tmpdir(), 'ocsp-'));
  const write = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const key = responder.key.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const command = [
    ...['openssl', 'ocsp', '-CA', write('ca.pem', toPem([ca.certificate.der]))],
    ...['-rsigner', write('responder.pem', toPem([responder.certificate.der])), '-rkey', write('responder.key', key)],
    ...(days === 'none' ? [] : ['-ndays', String(days)]),
    ...(options.includes('-rmd') ? [] : ['-rmd', 'sha256']),
    ...options,
  ];
  let count = 0;
  return {
    answer: async (request, index) => {
      count += 1;
      const own = [`index-${count}`, `request-${count}`, `response-${count}`] as const;
      const [indexPath, requestPath, responsePath] = [write(own[0], index.join('')), write(own[1], request), join(folder, own[2])];
      const { stderr } = await start([...command, '-index', indexPath, '-reqin', requestPath, '-respout', responsePath]);
      try {
        return readFileSync(responsePath);
      } catch {
        throw new Error(`openssl ocsp answered nothing: ${stderr}`);
      } finally {
        for (const path of [indexPath, requestPath, responsePath]) rmSync(path, { force: true });
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A line of an OpenSSL database: status, expiry, revocation, serial number, file, subject, separated by tabs. */
export function indexLine({ serial, notAfter }: Certificate, status: 'good' | Revocation): string {
  const columns = status === 'good' ? ['V', stamp(notAfter), ''] : ['R', stamp(notAfter), revocationColumn(status)];
  return `${[...columns, serial.toUpperCase(), 'unknown', `/CN=${serial}`].join('\t')}\n`;
}

function revocationColumn({ reason, at = new Date('2026-01-02T03:04:05Z'), invalidityDate }: Revocation): string {
  if (invalidityDate) return [stamp(at), 'keyTime', `20${stamp(invalidityDate)}`].join(',');
  return [stamp(at), ...(reason === undefined ? [] : [reason])].join(',');
}

/** YYMMDDhhmmssZ. */
function stamp(date: Date): string {
  return `${date
    .toISOString()
    .replace(/[-:T]|\.\d+Z/g, '')
    .slice(2)}Z`;
}
