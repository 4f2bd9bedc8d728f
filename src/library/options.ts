// What a program says once about itself, for all that it signs and verifies.
import type { Clock, Environment, Log } from '../core/ports.ts';
import type { CredentialSource } from '../registry/credential.ts';

/** What `openNotation` may use of the world. Whatever is absent is not used. */
export interface NotationOptions {
  /**
   * Environment variables, usually `process.env`; none when absent. They tell where notation's directories, docker's credentials and the cloud's
   * credentials are, and which proxies to use. Nothing else is read of the environment, but by the Azure SDK, which reads AZURE_* by itself.
   */
  readonly environment?: Environment | undefined;
  /** The clock that signing times are taken from and validity is held against; the system's when absent. */
  readonly now?: Clock | undefined;
  /** Told what happens, never a secret; nobody is told when absent. */
  readonly log?: Log | undefined;
  readonly registries?: RegistrySettings | undefined;
}

/** How registries are reached. */
export interface RegistrySettings {
  /** Asked for the credential of a registry, by its name as references write it. Notation's and docker's stores where the environment tells of them, when absent. */
  readonly credentials?: CredentialSource | undefined;
  /** Registries, `host` or `host:port`, that are spoken to without TLS, besides those of notation's config.json and `localhost:PORT`. */
  readonly insecure?: readonly string[] | undefined;
  /** Whether signatures are listed under the referrers tag even where a registry has the referrers API, as notation 1 does; true when absent. */
  readonly forceReferrersTag?: boolean | undefined;
}
