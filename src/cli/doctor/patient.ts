// What is examined, opened once and only when a check looks at it.
import { NotationError } from '../../core/error.ts';
import type { Finding } from '../../core/finding.ts';
import { once } from '../../core/once.ts';
import type { Deadline, Files, Http, Log, Repository } from '../../core/ports.ts';
import { noDeadline, openDeadline } from '../../http/deadline.ts';
import { openHttp } from '../../http/open.ts';
import { parseSettings, type Settings } from '../../kms/config.ts';
import { examineKey, openKey } from '../../kms/index.ts';
import type { Key, KeyContext, KeyExamination } from '../../kms/provider.ts';
import { openLayout } from '../../registry/layout.ts';
import { type LayoutReference, parseLayoutReference } from '../../registry/layout-reference.ts';
import { type Directories, directoriesOf } from '../../store/directories.ts';
import { disk } from '../../store/disk.ts';
import { readSigningKeys, signingKeysPath } from '../../store/signing-keys.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { ToolContext } from '../context.ts';
import { keyContextOf } from '../sign/key-context.ts';
import { type ResolvedKey, resolveSigningKey } from '../sign/signing-key.ts';
import type { PatientRegistry } from './patient-registry.ts';
import { openWire, type Wire } from './wire.ts';
import type { DoctorWish } from './wish.ts';

export interface Patient {
  readonly wish: DoctorWish;
  readonly context: ToolContext;
  readonly directories: Directories;
  readonly files: Files;
  readonly log: Log;
  /** What went to key services and registries. */
  readonly wire: Wire;
  /** The network for what belongs to no key. */
  readonly http: Http;
  /** The key that is asked about, or else notation's default key; undefined where there is neither. @throws NotationError */
  readonly named: () => Promise<ResolvedKey | undefined>;
  /** That key, where it is no other plugin's. @throws NotationError */
  readonly key: () => Promise<PatientKey | undefined>;
  /** Of the reference that is asked about, if it is one to a registry. @throws NotationError */
  readonly registry: () => Promise<PatientRegistry | undefined>;
  /** The same for a layout. @throws NotationError */
  readonly layout: () => Promise<PatientLayout | undefined>;
}

export interface PatientLayout extends LayoutReference {
  readonly repository: Repository;
}

/** A key, and the way to it. All that it opens is opened once. */
export interface PatientKey {
  readonly id: string;
  readonly settings: Settings;
  readonly keys: KeyContext;
  readonly examination: () => Promise<KeyExamination>;
  readonly opened: () => Promise<Key>;
  readonly chain: () => Promise<readonly Certificate[]>;
  /** Whether it may sign. */
  readonly permission: () => Promise<Finding>;
}

/** Opens nothing yet. */
export function openPatient(wish: DoctorWish, context: ToolContext, log: Log): Patient {
  const directories = directoriesOf(context);
  const wire = openWire(context.now);
  const named = once(() => resolve(wish, directories, context));
  const { environment, transport } = context;
  return {
    wish,
    context,
    directories,
    files: disk,
    log,
    wire,
    http: openHttp({ transport, environment, files: disk, deadline: noDeadline, bundle: undefined }),
    named,
    key: once(async () => {
      const resolved = await named();
      return resolved?.plugin === undefined ? resolved && openPatientKey(resolved, context, wire, log) : undefined;
    }),
    registry: once(async () => {
      if (wish.reference === undefined || wish.ociLayout) return undefined;
      return (await import('./patient-registry.ts')).openPatientRegistry(wish.reference, wish, context, wire, log);
    }),
    layout: once(async () => {
      if (wish.reference === undefined || !wish.ociLayout) return undefined;
      const reference = parseLayoutReference(wish.reference);
      return { ...reference, repository: await openLayout(reference.path) };
    }),
  };
}

async function resolve(wish: DoctorWish, directories: Directories, { metadata }: ToolContext): Promise<ResolvedKey | undefined> {
  const { id, key, pluginConfig } = wish;
  if (id === '') throw new NotationError('REQUEST', 'id: expected a key id, found an empty text');
  const isChosen = id !== undefined || key !== undefined;
  if (!isChosen && !(await hasDefault(directories))) return undefined;
  return resolveSigningKey({ id, key, pluginConfig, plugin: undefined }, directories, disk, metadata.name);
}

/** Of a list that cannot be read another check tells. */
async function hasDefault(directories: Directories): Promise<boolean> {
  return readSigningKeys(signingKeysPath(directories), disk).then(
    (list) => list.default !== undefined,
    () => false,
  );
}

function openPatientKey({ id, pluginConfig }: ResolvedKey, context: ToolContext, wire: Wire, log: Log): PatientKey {
  const settings = parseSettings(pluginConfig);
  const keys = watched(keyContextOf(settings, context, log, openDeadline(settings.deadlineMs)), wire);
  const opened = once(() => openKey(id, keys));
  const examination = once(() => examineKey(id, keys));
  return {
    id,
    settings,
    keys,
    examination,
    permission: once(async () => (await examination()).permission(await opened())),
    opened,
    chain: once(async () => (await opened()).certificates()),
  };
}

function watched(keys: KeyContext, wire: Wire): KeyContext {
  return { ...keys, http: wire.watch(keys.http) };
}

/** The time for all checks together, given the time for a key's. */
export function wholeOf(checkMs: number): Deadline {
  return openDeadline(2 * checkMs);
}
