const longest = 300;

/**
 * Another program's message for ours: its first line, without control characters, not longer than a sentence, and without any of `secrets`.
 * Services repeat what they were sent: AWS answers a bad signature with the whole canonical request.
 */
export function quoteProvider(text: string, secrets: readonly string[]): string {
  const line = (text.trim().split(/[\r\n]/, 1)[0] ?? '').replace(/\p{Cc}/gu, ' ');
  const clean = secrets.filter((secret) => secret.length >= 4).reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), line);
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean.replace(/[.\s]+$/, '');
}
