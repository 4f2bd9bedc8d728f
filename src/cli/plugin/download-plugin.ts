import { NotationError } from '../../core/error.ts';
import type { HttpRequest } from '../../core/ports.ts';
import { noDeadline } from '../../http/deadline.ts';
import { inquire } from '../../http/inquiry.ts';
import { openHttp } from '../../http/open.ts';
import { sizeLimit } from '../../store/archive/extraction.ts';
import { disk } from '../../store/disk.ts';
import type { ToolContext } from '../context.ts';

/** As notation has it. */
const patienceMs = 600_000;

/** The URL of a plugin. @throws NotationError `REQUEST` unless it is of https */
export function requireHttps(source: string): URL {
  const url = URL.parse(source);
  if (url?.protocol === 'https:') return url;
  const found = url === null ? 'none' : url.protocol.slice(0, -1);
  throw new NotationError('REQUEST', `failed to download plugin from URL: only the HTTPS scheme is supported, but got ${found}`, {
    hint: 'a download that anybody on the way can change is not run',
  });
}

/** All of a plugin's file. @throws NotationError `UNAVAILABLE`, `ACCESS_DENIED`, `THROTTLED`, `TIMEOUT` */
export async function downloadPlugin(url: URL, { environment, transport }: ToolContext): Promise<Uint8Array> {
  const http = openHttp({ transport, environment, files: disk, deadline: noDeadline, bundle: undefined });
  const request = { method: 'GET', url: url.href, headers: {}, limit: sizeLimit - 1 };
  const hint = 'check the URL, and whether the server is in service and can be reached from here';
  const { body } = await inquire(request, { http, patienceMs, who: 'plugin', code: 'UNAVAILABLE', hint, moved });
  return body;
}

/** A redirect that leaves TLS would let others choose what is downloaded, or learn what is. */
function moved(request: HttpRequest, to: URL): HttpRequest {
  if (to.protocol === 'https:') return { ...request, url: to.href };
  throw new NotationError('UNAVAILABLE', `expected redirects to https: only, found one to ${to.protocol}//${to.host}`, {
    hint: 'ask whoever publishes the plugin for another URL',
  });
}
