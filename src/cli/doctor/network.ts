// The way to the servers that were asked: proxies, certificate authorities, and whose clock is right.
import { getCACertificates, rootCertificates } from 'node:tls';
import { doubtful, type Finding, found, unknown, wrong } from '../../core/finding.ts';
import { proxyFor } from '../../http/proxy.ts';
import { parseCertificates } from '../../x509/bundle.ts';
import { failed, type Section } from './check.ts';
import type { Patient } from './patient.ts';
import type { Server } from './wire.ts';

export const networkSection: Section = {
  title: 'Network',
  checks: [
    { id: 'network.authorities', title: 'authorities', run: lookAtAuthorities },
    { id: 'network.proxy', title: 'proxy', last: true, run: lookAtProxies },
    { id: 'network.clock', title: 'clock', last: true, run: async ({ wire }) => judgeClock(wire.servers()) },
  ],
};

const bundleLimit = 16 << 20;

/** Files of authorities that the environment or the key's options name, and the system's own store. */
async function lookAtAuthorities(patient: Patient): Promise<readonly Finding[]> {
  const { environment } = patient.context;
  const key = await patient.key().catch(() => undefined);
  const named = [
    ['SSL_CERT_FILE', environment['SSL_CERT_FILE']],
    ['NODE_EXTRA_CA_CERTS', environment['NODE_EXTRA_CA_CERTS']],
    ['ca_bundle', key?.settings.text.ca_bundle],
  ] as const;
  const files = named.flatMap(([name, path]) => (path ? [lookAtBundle(name, path, patient)] : []));
  return [judgeSystem(), ...(await Promise.all(files))];
}

async function lookAtBundle(name: string, path: string, { files }: Patient): Promise<Finding> {
  try {
    const count = parseCertificates(await files.read(path, name, bundleLimit), `${name} ${path}`).length;
    return found(`${count} from ${name} (${path})`, { source: name, path, count });
  } catch (error) {
    return { ...failed(error), hint: `let ${name} name a readable file of certificate authorities in PEM, or unset it` };
  }
}

/** Before Node.js 22.15 the runtime cannot tell the system's. */
function judgeSystem(): Finding {
  const own = rootCertificates.length;
  const system = getCACertificates === undefined ? 0 : getCACertificates('system').length;
  const facts = { system, runtime: own };
  if (system > 0) return found(`${system} from the system's store, ${own} that the runtime brings along`, facts);
  if (own > 0) return found(`${own} that the runtime brings along; the system has none, or they cannot be told`, facts);
  return wrong(
    'none is trusted: no server can be reached over TLS',
    "install the system's certificate authorities (ca-certificates)",
    facts,
  );
}

/** Which way each server was asked. */
async function lookAtProxies({ wire, context }: Patient): Promise<readonly Finding[]> {
  const origins = wire.servers().map(({ origin }) => origin);
  if (origins.length === 0) return [];
  const { environment } = context;
  try {
    const ways = origins.map((origin) => ({ origin, proxy: proxyFor(origin, environment) }));
    const through = ways.flatMap(({ origin, proxy }) => (proxy === undefined ? [] : [describeWay(origin, proxy)]));
    const direct = ways.filter(({ proxy }) => proxy === undefined).map(({ origin }) => origin);
    return [...through, ...(direct.length === 0 ? [] : [found(`asked directly: ${direct.join(', ')}`, { direct: direct.join(' ') })])];
  } catch (error) {
    return [failed(error)];
  }
}

/** A proxy's URL may hold a password: neither that nor the user name is told. */
function describeWay(origin: string, proxy: string): Finding {
  const { protocol, host, username } = new URL(proxy);
  const shown = `${protocol}//${host}`;
  return found(`${origin} through ${shown}${username === '' ? '' : ', with a user name'}`, { origin, proxy: shown });
}

const doubtMs = 60_000;
const failureMs = 5 * 60_000;

/** Services refuse signed requests, tokens and timestamps of machines whose clock is wrong. */
function judgeClock(servers: readonly Server[]): readonly Finding[] {
  const telling = servers.flatMap(({ origin, aheadMs }) => (aheadMs === undefined ? [] : [{ origin, aheadMs }]));
  if (!servers.some(({ answered }) => answered)) return [];
  if (telling.length === 0) return [unknown('no server said what time it is')];
  const off = telling.filter(({ aheadMs }) => Math.abs(aheadMs) > doubtMs).map(judgeOffset);
  if (off.length > 0) return off;
  return [
    found(`as ${telling.map(({ origin }) => new URL(origin).host).join(', ')} ${telling.length === 1 ? 'has' : 'have'} it, to the minute`),
  ];
}

function judgeOffset({ origin, aheadMs }: { readonly origin: string; readonly aheadMs: number }): Finding {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const message = `${new URL(origin).host} is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`;
  const facts = { origin, aheadSeconds: Math.sign(aheadMs) * seconds };
  const hint = "set this machine's clock (NTP); what others sign or believe is bound to the time";
  return Math.abs(aheadMs) > failureMs ? wrong(message, hint, facts) : doubtful(message, hint, facts);
}
