// Verification levels as data (trust store and trust policy specification § Signature Verification details).

/** What is checked of a signature, in the order in which it is checked. */
export const checkNames = ['integrity', 'authenticity', 'expiry', 'authenticTimestamp', 'revocation'] as const;
/** One of these checks. */
export type CheckName = (typeof checkNames)[number];

/** What becomes of a check that fails: the signature is rejected, or it is told; or the check is left out. */
export type Action = 'enforce' | 'log' | 'skip';
/** What becomes of each check. */
export type Actions = Readonly<Record<CheckName, Action>>;

/** A level as policies name it. */
export type LevelName = 'strict' | 'permissive' | 'audit' | 'skip';

const enforced = 'enforce' as const;
const logged = 'log' as const;
const skipped = 'skip' as const;

/** The levels before any override (TPL-011). */
export const levels: Readonly<Record<LevelName, Actions>> = {
  strict: { integrity: enforced, authenticity: enforced, expiry: enforced, authenticTimestamp: enforced, revocation: enforced },
  permissive: { integrity: enforced, authenticity: enforced, expiry: logged, authenticTimestamp: logged, revocation: logged },
  audit: { integrity: enforced, authenticity: logged, expiry: logged, authenticTimestamp: logged, revocation: logged },
  skip: { integrity: skipped, authenticity: skipped, expiry: skipped, authenticTimestamp: skipped, revocation: skipped },
};
