// Which server is asked, and where in it: from the options, then from the environment variables of Vault's and OpenBao's own programs.
import { NotationError } from '../../core/error.ts';
import type { ClientTls, Environment, Files } from '../../core/ports.ts';
import type { OptionName } from '../config.ts';
import type { KeyContext } from '../provider.ts';
import { isTransitName, type VaultKeyId, type VaultProduct } from './key-id.ts';

export interface VaultPlace {
  readonly product: VaultProduct;
  /** Scheme, host, port and the path before `/v1`, if there is one; no slash at the end. */
  readonly address: string;
  /** Whether the address is a local agent's, which may add a token of its own. */
  readonly isAgent: boolean;
  readonly namespace?: string;
  /** Of the Transit engine, and the key in it; the version only where an option says it. */
  readonly transit: { readonly mount: string; readonly key: string; readonly version?: number };
  /** Of the secret that may hold the chain. */
  readonly secret: { readonly mount: string; readonly path: string };
}

/** Reads an environment variable by the end of its name: `BAO_…` before `VAULT_…` for OpenBao, as OpenBao itself does. */
export type Variable = (name: string) => string | undefined;

/** The variables of a product; empty ones count as absent. */
export function variablesOf(product: VaultProduct, environment: Environment): Variable {
  return (name) => (product === 'OpenBao' && environment[`BAO_${name}`]) || environment[`VAULT_${name}`] || undefined;
}

/** @throws NotationError `CONFIG` for an address that is missing or none, a name or a version that cannot be one, or a server that is not to be verified */
export function placeOf(id: VaultKeyId, { settings: { text }, environment }: KeyContext): VaultPlace {
  const variable = variablesOf(id.product, environment);
  refuseSkippedVerification(variable);
  const agent = text.vault_addr === undefined ? variable('AGENT_ADDR') : undefined;
  const namespace = text.vault_namespace ?? variable('NAMESPACE');
  const version = versionOf(text.transit_key_version);
  return {
    product: id.product,
    address: addressOf(text.vault_addr ?? agent ?? variable('ADDR'), id.product),
    isAgent: agent !== undefined,
    ...(namespace !== undefined && { namespace: pathOf(namespace, 'vault_namespace') }),
    transit: {
      mount: pathOf(text.transit_mount ?? environment['TRANSIT_SECRET_ENGINE_PATH'] ?? 'transit', 'transit_mount'),
      key: keyName(text.transit_key ?? id.name),
      ...(version !== undefined && { version }),
    },
    secret: { mount: pathOf(text.kv_mount ?? 'secret', 'kv_mount'), path: pathOf(text.kv_path ?? id.name, 'kv_path') },
  };
}

const fileLimit = 1 << 20;

/**
 * The authorities and the client certificate that the product's variables name; undefined when they name none.
 * @throws NotationError `FILE`; `CONFIG` for a client certificate without its key, or the other way round
 */
export async function clientTlsOf(product: VaultProduct, environment: Environment, files: Files): Promise<ClientTls | undefined> {
  const variable = variablesOf(product, environment);
  const read = async (name: string) => {
    const path = variable(name);
    return path === undefined ? undefined : Buffer.from(await files.read(path, `VAULT_${name}`, fileLimit)).toString('latin1');
  };
  const [authorities, certificates, key] = await Promise.all([read('CACERT'), read('CLIENT_CERT'), read('CLIENT_KEY')]);
  if ((certificates === undefined) !== (key === undefined)) {
    throw new NotationError('CONFIG', 'VAULT_CLIENT_CERT and VAULT_CLIENT_KEY: expected both or neither, found one', {
      hint: 'name the files of the client certificate and of its private key',
    });
  }
  const identity = certificates === undefined || key === undefined ? undefined : { certificates, key };
  if (authorities === undefined && identity === undefined) return undefined;
  return { ...(authorities !== undefined && { authorities }), ...(identity !== undefined && { identity }) };
}

/** Whoever stands in for the server would get the token. */
function refuseSkippedVerification(variable: Variable): void {
  if (!/^(?:1|t|true)$/i.test(variable('SKIP_VERIFY') ?? '')) return;
  throw new NotationError('CONFIG', 'VAULT_SKIP_VERIFY: expected a server whose TLS certificate is verified, found that it is not to be', {
    hint: 'unset it, and name the authority of the certificate with VAULT_CACERT or the plugin config option ca_bundle',
  });
}

function addressOf(text: string | undefined, product: VaultProduct): string {
  const url = URL.parse(text ?? '');
  const usable = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
  if (usable) return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  const name = product === 'OpenBao' ? 'BAO_ADDR' : 'VAULT_ADDR';
  throw new NotationError('CONFIG', `${name}: expected an http: or https: URL, found ${text === undefined ? 'none' : 'something else'}`, {
    hint: `set ${name} or the plugin config option vault_addr, as in https://vault.example.com:8200`,
  });
}

/** Of a mount, a namespace or a secret: segments that mean themselves in a URL. */
function pathOf(text: string, option: OptionName): string {
  const path = text.replace(/^\/+|\/+$/g, '');
  if (/^[\w.-]+(?:\/[\w.-]+)*$/.test(path) && !path.split('/').some((segment) => /^\.+$/.test(segment))) return path;
  throw new NotationError('CONFIG', `plugin config ${option}: expected a path as in team/transit, found something else`, {
    hint: 'write letters, digits, dots, dashes and underscores, with slashes between',
  });
}

function keyName(text: string): string {
  if (isTransitName(text)) return text;
  throw new NotationError('CONFIG', 'plugin config transit_key: expected the name of a Transit key, found something else', {
    hint: 'write letters, digits, dots, dashes and underscores',
  });
}

function versionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new NotationError('CONFIG', 'plugin config transit_key_version: expected a number from 1, found something else');
}
