// Whether what was signed is what is verified.
import { NotationError } from '../core/error.ts';
import type { Descriptor } from '../core/model.ts';

/** Checks media type, digest and size (VER-005); annotations are the signer's to add. @throws NotationError `UNVERIFIED` */
export function checkSameSubject(signed: Descriptor, subject: Descriptor): void {
  for (const member of ['digest', 'size', 'mediaType'] as const) {
    if (signed[member] !== subject[member]) throw differs(member, signed, subject);
  }
}

/** Checks that the signed metadata has all that is wanted, with exactly these values. @throws NotationError `UNVERIFIED` */
export function checkUserMetadata({ annotations = {} }: Descriptor, wanted: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(wanted)) {
    const found = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
    if (found !== value) throw lacks(key, value, found);
  }
}

function differs(member: 'digest' | 'size' | 'mediaType', signed: Descriptor, subject: Descriptor): NotationError {
  const name = member === 'mediaType' ? 'media type' : member;
  return new NotationError(
    'UNVERIFIED',
    `what was signed: expected the ${name} ${JSON.stringify(subject[member])}, found ${JSON.stringify(signed[member])}`,
    { hint: 'the signature is of something else: it was moved here, or what it was made for was changed' },
  );
}

function lacks(key: string, value: string, found: string | undefined): NotationError {
  const expected = `the metadata ${JSON.stringify(key)} to be ${JSON.stringify(value)}`;
  const instead = found === undefined ? 'no such metadata' : JSON.stringify(found);
  return new NotationError('UNVERIFIED', `what was signed: expected ${expected}, found ${instead}`, {
    hint: 'inspect shows what the signature says; it may be another signature that is meant',
  });
}
