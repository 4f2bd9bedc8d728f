// Symbolic keys: a vector says {key:ec-256}, the mapping says what that is for the plugin under test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, specFolder, type Vector } from './vector.ts';

export interface Mapping {
  readonly name: string;
  readonly features: readonly string[];
  /** What the plugin needs in its environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<string, { readonly keyId: string; readonly pluginConfig?: Readonly<Record<string, string>> }>>;
}

/** Where a vector's private files are. */
export interface Places {
  readonly root: string;
  readonly keys: string;
}

/** A key id for requests that must be refused before any key is looked at. */
const anyKey = { keyId: 'any-key' };

export function loadMapping(path: string = join(specFolder, 'keys', 'keys.json')): Mapping {
  const { name, features, keys, env = {} } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Mapping>;
  if (typeof name !== 'string' || !Array.isArray(features) || typeof keys !== 'object') {
    throw new Error(`${path}: expected name, features and keys`);
  }
  return { name, features, env, keys: { any: anyKey, ...keys } };
}

/** Why the vector says nothing about this plugin; undefined when it does. */
export function inapplicable(vector: Vector, mapping: Mapping): string | undefined {
  const lacking = vector.requires?.find((feature) => !mapping.features.includes(feature));
  if (lacking !== undefined) return `needs ${lacking}`;
  const named = [...JSON.stringify(vector).matchAll(/\{(?:key|config):([a-z0-9-]+)\}/g)].map(([, name = '']) => name);
  const unmapped = named.find((name) => !Object.hasOwn(mapping.keys, name));
  return unmapped === undefined ? undefined : `no key ${unmapped}`;
}

/** The value with its placeholders filled in. A member named {config:…} stands for all options of that key. */
export function fill(value: Json, mapping: Mapping, places: Places): Json {
  if (typeof value === 'string') return fillString(value, mapping, places);
  if (Array.isArray(value)) return value.map((item: Json) => fill(item, mapping, places));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([member, inner]): readonly (readonly [string, Json])[] => {
      const name = configName(member);
      return name === undefined ? [[member, fill(inner, mapping, places)]] : Object.entries(optionsOf(name, mapping, places));
    }),
  );
}

/** The text with its placeholders filled in. */
export function fillText(text: string, mapping: Mapping, places: Places): string {
  return text
    .replaceAll(/\{key:([a-z0-9-]+)\}/g, (_, name: string) => mapping.keys[name]?.keyId ?? '')
    .replaceAll('{keys}', places.keys)
    .replaceAll('{root}', places.root);
}

/** As `fillText`, for text that is JSON itself: what is put in is escaped, and {config:…} becomes an object. */
export function fillJsonText(text: string, mapping: Mapping, places: Places): string {
  return text
    .replaceAll(/\{config:([a-z0-9-]+)\}/g, (_, name: string) => JSON.stringify(optionsOf(name, mapping, places)))
    .replaceAll(/\{(?:key:[a-z0-9-]+|keys|root)\}/g, (found) => JSON.stringify(fillText(found, mapping, places)).slice(1, -1));
}

function fillString(text: string, mapping: Mapping, places: Places): Json {
  const file = /^\{chain:([a-z0-9-]+\.crt)\}$/.exec(text)?.[1];
  if (file !== undefined) return certificatesIn(file);
  const name = configName(text);
  return name === undefined ? fillText(text, mapping, places) : optionsOf(name, mapping, places);
}

/** The certificates of a file of plugin-spec/keys, in its order, in base64. */
function certificatesIn(file: string): readonly string[] {
  const blocks = readFileSync(join(specFolder, 'keys', file), 'utf8').matchAll(/-----BEGIN CERTIFICATE-----(.*?)-----END/gs);
  return [...blocks].map(([, body = '']) => body.replaceAll(/\s/g, ''));
}

function configName(text: string): string | undefined {
  return /^\{config:([a-z0-9-]+)\}$/.exec(text)?.[1];
}

function optionsOf(name: string, mapping: Mapping, places: Places): Record<string, string> {
  const options = Object.entries(mapping.keys[name]?.pluginConfig ?? {});
  return Object.fromEntries(options.map(([option, value]) => [option, fillText(value, mapping, places)]));
}
