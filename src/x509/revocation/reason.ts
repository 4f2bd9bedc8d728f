// CRLReason (RFC 5280 §5.3.1), which OCSP uses too.

export const holdReason = 6;
export const removeReason = 8;

const names: readonly string[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'unused',
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

/** As RFC 5280 §5.3.1 writes it. */
export function nameOfReason(reason: number): string {
  return names[reason] ?? `reason ${reason}`;
}
