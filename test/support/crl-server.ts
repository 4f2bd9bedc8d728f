// CRLs made by OpenSSL, and a server on loopback that hands them out, well or badly as a test says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toPem } from '../../src/x509/bundle.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { type Answer, startAnswering } from './answering.ts';
import { indexLine, type Revocation } from './ocsp-responder.ts';
import { openssl } from './openssl.ts';
import type { Holder } from './pki.ts';

export interface CrlWish {
  readonly ca: Holder;
  readonly revoked?: readonly (readonly [Certificate, Revocation])[];
  /** A minute ago unless said; whole seconds. */
  readonly thisUpdate?: Date;
  /** In a day unless said. */
  readonly nextUpdate?: Date;
  /** The CRL number; 1 unless said, none for 'none'. */
  readonly number?: number | 'none';
  /** For a delta CRL: the number of the CRL that it builds on. */
  readonly baseNumber?: number;
  /** Where its delta CRLs are. */
  readonly freshest?: readonly string[];
  /** What is signed: sha256 unless said. */
  readonly digest?: string;
  /** Further lines of OpenSSL's section of CRL extensions. */
  readonly extensions?: readonly string[];
  /** Further sections of OpenSSL's configuration. */
  readonly sections?: string;
}

/** A CRL by `openssl ca -gencrl`, in DER. */
export function opensslCrl(wish: CrlWish): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'crl-'));
  try {
    writeDatabase(folder, wish);
    const { thisUpdate = new Date(Date.now() - 60_000), nextUpdate = new Date(Date.now() + 86_400_000) } = wish;
    const times = ['-crl_lastupdate', stamp(thisUpdate), '-crl_nextupdate', stamp(nextUpdate)];
    openssl(folder, 'ca', '-config', 'ca.cnf', '-gencrl', ...times, '-out', 'ca.pem');
    openssl(folder, 'crl', '-in', 'ca.pem', '-outform', 'DER', '-out', 'ca.crl');
    return readFileSync(join(folder, 'ca.crl'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface CrlServer {
  /** Ends with a slash: a CRL's URL is this and a name. */
  readonly url: string;
  /** The path of every request so far. */
  readonly asked: readonly string[];
  /** Hands out `crl` under this name from now on; a name that was never told is not found. */
  publish(name: string, crl: Uint8Array): void;
  /** Answers otherwise from now on; honestly again without a habit. */
  behave(habit?: CrlHabit): void;
  close(): Promise<void>;
}

/** What happens to a request; `crl` is what is published there. */
export type CrlHabit = (crl: Uint8Array | undefined, path: string) => ReturnType<Answer>;

/** The ways in which servers go wrong. */
export const crlHabits = {
  /** Never answers. */
  silent: async () => 'silence',
  notFound: async () => ({ status: 404 }),
  broken: async () => ({ status: 500 }),
  garbage: async () => ({ body: Buffer.from('this is no CRL') }),
  empty: async () => ({ body: new Uint8Array() }),
  pem: async (crl) => ({
    body: Buffer.from(`-----BEGIN X509 CRL-----\n${Buffer.from(crl ?? []).toString('base64')}\n-----END X509 CRL-----\n`),
  }),
} as const satisfies Readonly<Record<string, CrlHabit>>;

/** Starts a server of CRLs. Its certificates need its URL, and so are minted afterwards. */
export async function startCrlServer(): Promise<CrlServer> {
  const published = new Map<string, Uint8Array>();
  const asked: string[] = [];
  let habit: CrlHabit = honest;
  const server = await startAnswering(async (_, { url = '' }) => {
    asked.push(url);
    return habit(published.get(url), url);
  }, 'application/pkix-crl');
  return {
    url: server.url,
    asked,
    publish: (name, crl) => void published.set(`/${name}`, crl),
    behave: (other = honest) => {
      habit = other;
    },
    close: server.stop,
  };
}

const honest: CrlHabit = async (crl) => (crl ? { body: crl } : { status: 404 });

function writeDatabase(folder: string, wish: CrlWish): void {
  const { ca, revoked = [] } = wish;
  const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content, { mode: 0o600 });
  write('ca.crt', toPem([ca.certificate.der]));
  write('ca.key', ca.key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  write('index.txt', revoked.map(([certificate, how]) => indexLine(certificate, how)).join(''));
  write('ca.cnf', configuration(wish));
}

function configuration(wish: CrlWish): string {
  const { number = 1, baseNumber, freshest = [], extensions = [], sections = '', digest = 'sha256' } = wish;
  const lines = [
    ...(number === 'none' ? [] : [`2.5.29.20=DER:${derNumber(number)}`]),
    ...(baseNumber === undefined ? [] : [`2.5.29.27=critical,DER:${derNumber(baseNumber)}`]),
    ...(freshest.length > 0 ? [`freshestCRL=${freshest.map((url) => `URI:${url}`).join(',')}`] : []),
    ...extensions,
  ];
  const own = ['database=index.txt', 'certificate=ca.crt', 'private_key=ca.key', `default_md=${digest}`, 'unique_subject=no'];
  const section = lines.length > 0 ? ['crl_extensions=crl_ext', '[crl_ext]', ...lines] : [];
  return `${['[ca]', 'default_ca=own', '[own]', ...own, ...section].join('\n')}\n${sections}\n`;
}

/** INTEGER of up to seven bytes. */
function derNumber(value: number): string {
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const positive = Number.parseInt(even.slice(0, 2), 16) < 0x80 ? even : `00${even}`;
  return `02${(positive.length / 2).toString(16).padStart(2, '0')}${positive}`;
}

/** YYYYMMDDhhmmssZ. */
function stamp(date: Date): string {
  return `${date.toISOString().replace(/[-:T]|\.\d+Z/g, '')}Z`;
}
