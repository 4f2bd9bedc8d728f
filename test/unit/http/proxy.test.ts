import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../src/core/error.ts';
import { proxyFor } from '../../../src/http/proxy.ts';

const proxy = 'http://proxy.example:3128';

interface Case {
  readonly name: string;
  readonly url?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly expected: string | undefined;
}

const cases: readonly Case[] = [
  { name: 'none set', environment: {}, expected: undefined },
  { name: 'HTTPS_PROXY', environment: { HTTPS_PROXY: proxy }, expected: proxy },
  { name: 'lower case wins', environment: { HTTPS_PROXY: 'http://other', https_proxy: proxy }, expected: proxy },
  { name: 'empty is unset', environment: { HTTPS_PROXY: '' }, expected: undefined },
  { name: 'HTTP_PROXY is not for https', environment: { HTTP_PROXY: proxy }, expected: undefined },
  { name: 'HTTP_PROXY is for http', url: 'http://kms.example/', environment: { HTTP_PROXY: proxy }, expected: proxy },
  { name: 'without a scheme', environment: { HTTPS_PROXY: 'proxy.example:3128' }, expected: 'http://proxy.example:3128' },
  { name: 'NO_PROXY *', environment: { HTTPS_PROXY: proxy, NO_PROXY: '*' }, expected: undefined },
  { name: 'NO_PROXY host', environment: { HTTPS_PROXY: proxy, NO_PROXY: 'a.example,kms.example' }, expected: undefined },
  { name: 'NO_PROXY domain', environment: { HTTPS_PROXY: proxy, NO_PROXY: 'example' }, expected: undefined },
  { name: 'NO_PROXY .domain', environment: { HTTPS_PROXY: proxy, no_proxy: '.example' }, expected: undefined },
  { name: 'NO_PROXY *.domain, in another case', environment: { HTTPS_PROXY: proxy, NO_PROXY: '*.EXAMPLE' }, expected: undefined },
  { name: 'NO_PROXY is no substring', environment: { HTTPS_PROXY: proxy, NO_PROXY: 'ms.example' }, expected: proxy },
  { name: 'NO_PROXY with the port', environment: { HTTPS_PROXY: proxy, NO_PROXY: 'kms.example:443' }, expected: undefined },
  { name: 'NO_PROXY with another port', environment: { HTTPS_PROXY: proxy, NO_PROXY: 'kms.example:8443' }, expected: proxy },
  { name: 'NO_PROXY block', url: 'https://10.1.2.3/', environment: { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, expected: undefined },
  { name: 'NO_PROXY other block', url: 'https://11.1.2.3/', environment: { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, expected: proxy },
  {
    name: 'NO_PROXY IPv6',
    url: 'https://[2001:db8::1]/',
    environment: { HTTPS_PROXY: proxy, NO_PROXY: '2001:db8::1' },
    expected: undefined,
  },
  { name: 'loopback name', url: 'https://localhost:8443/', environment: { HTTPS_PROXY: proxy }, expected: undefined },
  { name: 'loopback address', url: 'https://127.0.0.1/', environment: { HTTPS_PROXY: proxy }, expected: undefined },
  { name: 'IPv6 loopback', url: 'https://[::1]/', environment: { HTTPS_PROXY: proxy }, expected: undefined },
  { name: 'instance metadata', url: 'http://169.254.169.254/', environment: { HTTP_PROXY: proxy }, expected: undefined },
];

describe('the proxy of a request', () => {
  for (const { name, url = 'https://kms.example/', environment, expected } of cases) {
    test(name, () => assert.equal(proxyFor(url, environment), expected));
  }

  test('what is no proxy is refused, and its password is not repeated', () => {
    const broken = () => proxyFor('https://kms.example/', { HTTPS_PROXY: 'socks5://user:hunter2@proxy.example' });
    assert.throws(broken, (error) => error instanceof NotationError && error.code === 'CONFIG' && !error.message.includes('hunter2'));
  });
});
