import { NotationError } from '../core/error.ts';

/** Where a registry answers. */
export interface Place {
  /** As references write it. */
  readonly registry: string;
  /** `https://host:port`, as `URL.origin` writes it. */
  readonly origin: string;
}

/** What decides whether a registry is spoken to without TLS. */
export interface PlainHttpRule {
  /** `--insecure-registry`: all of them. */
  readonly insecure: boolean;
  /** `insecureRegistries` of notation's config.json. */
  readonly insecureRegistries: readonly string[];
}

/**
 * Where a registry answers: over TLS, unless it is said to be insecure, or is `localhost` with a port; `localhost` alone and loopback
 * addresses use TLS, as in notation.
 */
export function placeOf(registry: string, { insecure, insecureRegistries }: PlainHttpRule): Place {
  const listed = insecureRegistries.some((entry) => entry.toLowerCase() === registry.toLowerCase());
  const plain = insecure || listed || /^localhost:\d+$/i.test(registry);
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  return { registry, origin: new URL(`${plain ? 'http' : 'https'}://${host}/`).origin };
}

/** Whether a host name or address is this machine's own. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** The URL that `location` means when `base` answered it. A user name in it is dropped. @throws NotationError `UNAVAILABLE` when it leaves TLS or HTTP */
export function resolveLocation(location: string, base: string): string {
  const url = URL.parse(location, base);
  const { host, protocol } = new URL(base);
  if (url === null || !/^https?:$/.test(url.protocol)) throw wrongLocation(host, 'an http: or https: URL', 'something else');
  if (protocol === 'https:' && url.protocol === 'http:') throw wrongLocation(host, 'one that is reached over TLS', `http://${url.host}`);
  url.username = '';
  url.password = '';
  return url.href;
}

function wrongLocation(host: string, expected: string, found: string): NotationError {
  return new NotationError('UNAVAILABLE', `${host}: it points to another place: expected ${expected}, found ${found}`, {
    hint: 'tell whoever runs the registry: its own address is not set up right',
  });
}
