const longest = 300;

/**
 * Another program's message for ours: its first line, not longer than a sentence, without tokens and without any of `secrets`. Services
 * repeat what they were sent: AWS answers a bad signature with the whole canonical request.
 */
export function quoteProvider(text: string, secrets: readonly string[] = []): string {
  const line = (text.trim().split(/[\r\n]/, 1)[0] ?? '').replace(/\p{Cc}|\s+/gu, ' ');
  const clean = secrets.filter((secret) => secret.length >= 4).reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), line);
  const told = clean
    .replace(/\beyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*/g, '[token]')
    .replace(/\bBearer [A-Za-z0-9._~+/=-]+/gi, 'Bearer [token]');
  return told.length > longest ? `${told.slice(0, longest)}…` : told.replace(/[.\s]+$/, '');
}
