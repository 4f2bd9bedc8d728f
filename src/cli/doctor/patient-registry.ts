// The registry of the reference in question: who this is to it, and the way there.

import { once } from '../../core/once.ts';
import type { Log } from '../../core/ports.ts';
import { noDeadline } from '../../http/deadline.ts';
import type { Credential } from '../../registry/credential.ts';
import { openExamination, type RegistryExamination } from '../../registry/examination.ts';
import { parseReference, type Reference } from '../../registry/reference.ts';
import { commandCredentialStore, givenCredential, givenPlace, reachOf } from '../artifact/registry.ts';
import type { ToolContext } from '../context.ts';
import type { Wire } from './wire.ts';
import type { DoctorWish } from './wish.ts';

export interface PatientRegistry {
  readonly reference: Reference;
  /** What is shown to it, if anything, and where that is kept. @throws NotationError of the store or helper */
  readonly credential: () => Promise<KeptCredential>;
  readonly examination: RegistryExamination;
}

export interface KeptCredential {
  readonly credential: Credential | undefined;
  readonly place: string;
}

/** Milliseconds for one exchange, repetitions included. */
const exchangeMs = 10_000;

/** Sends nothing yet. @throws NotationError `REQUEST` for what is no reference, and what is wrong with config.json */
export async function openPatientRegistry(
  text: string,
  wish: DoctorWish,
  context: ToolContext,
  wire: Wire,
  log: Log,
): Promise<PatientRegistry> {
  const reference = parseReference(text);
  const credential = once(() => findCredential(reference.registry, wish, context));
  const reach = await reachOf(wish, context, { deadline: noDeadline, log });
  const options = { ...reach, exchangeMs, http: wire.watch(reach.http), forceReferrersTag: true, now: context.now };
  const credentials = async () => (await credential()).credential;
  return { reference, credential, examination: openExamination(reference, { ...options, credentials }) };
}

async function findCredential(registry: string, wish: DoctorWish, context: ToolContext): Promise<KeptCredential> {
  const given = givenCredential(wish, context);
  if (given !== undefined) return { credential: given, place: givenPlace(wish) };
  const store = await commandCredentialStore(context);
  return { credential: await store.get(registry), place: store.place(registry) };
}
