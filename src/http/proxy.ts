import { NotationError } from '../core/error.ts';
import type { Environment } from '../core/ports.ts';

/**
 * The proxy for a request, as curl, Go and the AWS CLI choose it: HTTPS_PROXY or HTTP_PROXY by the URL's scheme, unless NO_PROXY names
 * the host. Lower-case names are read too, and win. Loopback addresses never go through a proxy, as in Go, nor do link-local ones, where
 * clouds answer a machine's own questions about its credentials.
 * @throws NotationError `CONFIG` when the proxy is no http: or https: URL.
 */
export function proxyFor(url: string, environment: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const name = protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = variable(name, environment);
  if (proxy === undefined || isNear(hostname) || isExcluded(hostname, port || defaultPorts[protocol] || '', environment)) return undefined;
  return checkProxy(proxy, name.toUpperCase());
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function variable(name: string, environment: Environment): string | undefined {
  return environment[name] || environment[name.toUpperCase()] || undefined;
}

function isNear(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    hostname === '[fd00:ec2::254]' ||
    /^(127\.\d{1,3}|169\.254)(\.\d{1,3}){2}$/.test(hostname)
  );
}

/** `*`, a host name (and all below it), an address, each with or without a port; addresses by prefix length (10.0.0.0/8) too. */
function isExcluded(hostname: string, port: string, environment: Environment): boolean {
  const entries = (variable('no_proxy', environment) ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.some((entry) => matches(entry.toLowerCase(), hostname.toLowerCase(), port));
}

function matches(entry: string, hostname: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isWithin(hostname, entry);
  const [, name = '', onlyPort] = /^(\[[0-9a-f:]+\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [undefined, entry];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const bare = name.replace(/^\*?\./, '');
  return bare !== '' && (hostname === bare || hostname === `[${bare}]` || hostname.endsWith(`.${bare}`));
}

function isWithin(hostname: string, block: string): boolean {
  const [base = '', length = ''] = block.split('/');
  const [address, network] = [toNumber(hostname), toNumber(base)];
  if (address === undefined || network === undefined || !/^\d{1,2}$/.test(length) || Number(length) > 32) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(address / size) === Math.floor(network / size);
}

function toNumber(address: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((whole, part) => whole * 256 + part, 0);
}

function checkProxy(proxy: string, variable: string): string {
  const text = proxy.includes('://') ? proxy : `http://${proxy}`;
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  // The value may hold a password: it is not repeated.
  throw new NotationError('CONFIG', `${variable}: expected the URL of an http: or https: proxy, found something else`, {
    hint: 'set it to http://host:port, or unset it',
  });
}
