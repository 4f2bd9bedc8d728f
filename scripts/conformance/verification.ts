// What is wrong with an answer to `verify-signature` (plugin-extensibility.md, "Verification workflow", 6), in sentences.

type Answer = Readonly<Record<string, unknown>>;
/** As the schema has it. */
type Results = Readonly<Record<string, { readonly success: boolean; readonly reason?: string }>>;

/** @param expected whether each check succeeds */
export function checkVerification(request: Answer, answer: Answer, expected: Readonly<Record<string, boolean>>): readonly string[] {
  const results = answer['verificationResults'] as Results;
  const asked = new Set((request['trustPolicy'] as { readonly signatureVerification: readonly string[] }).signatureVerification);
  const { unprocessedAttributes } = request['signature'] as { readonly unprocessedAttributes?: readonly string[] | null };
  const stray = (answer['processedAttributes'] as readonly string[]).filter((name) => !unprocessedAttributes?.includes(name));
  return [
    ...[...asked].filter((check) => !Object.hasOwn(results, check)).map((check) => `verificationResults: expected ${check}, found none`),
    ...Object.keys(results)
      .filter((check) => !asked.has(check))
      .map((check) => `verificationResults: found ${check}, which was not asked for`),
    ...Object.entries(expected)
      .filter(([check, success]) => results[check]?.success !== success)
      .map(([check, success]) => `${check}: expected success ${success}, found ${JSON.stringify(results[check])}`),
    ...stray.map((name) => `processedAttributes: found ${JSON.stringify(name)}, which is not among the unprocessed ones`),
  ];
}
