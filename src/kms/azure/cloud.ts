/** What a Key Vault host name says of the cloud it is in. */
export interface Cloud {
  readonly kind: 'vault' | 'hsm';
  /** What tokens are asked for: a parent domain of the vault's own name, so that a token is of no use elsewhere. */
  readonly resource: string;
  /** The Microsoft Entra authority of that cloud. */
  readonly authority: string;
}

/** The authority of the worldwide cloud. */
export const publicAuthority = 'https://login.microsoftonline.com';

const authorities = {
  public: publicAuthority,
  china: 'https://login.chinacloudapi.cn',
  government: 'https://login.microsoftonline.us',
} as const;

const domains: readonly (readonly [domain: string, kind: Cloud['kind'], authority: string])[] = [
  ['vault.azure.net', 'vault', authorities.public],
  ['vault.azure.cn', 'vault', authorities.china],
  ['vault.usgovcloudapi.net', 'vault', authorities.government],
  ['managedhsm.azure.net', 'hsm', authorities.public],
  ['managedhsm.azure.cn', 'hsm', authorities.china],
  ['managedhsm.usgovcloudapi.net', 'hsm', authorities.government],
];

/** The cloud whose own Key Vault domain `hostname` is in; undefined for private names and emulators. */
export function cloudOf(hostname: string): Cloud | undefined {
  const row = domains.find(([domain]) => hostname.endsWith(`.${domain}`));
  return row && { kind: row[1], resource: `https://${row[0]}`, authority: row[2] };
}

/** Whether the name can only mean this machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3). */
export function isLoopback(hostname: string): boolean {
  return hostname === '[::1]' || /^(?:.+\.)?localhost$/.test(hostname) || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
