import type { Environment } from './ports.ts';

/** The environment without notation's variables of registry credentials, as other programs may have it. */
export function withoutCredentials(environment: Environment): Environment {
  const { NOTATION_USERNAME: _name, NOTATION_PASSWORD: _password, ...rest } = environment;
  return rest;
}
