// Mutations that change nothing anybody could see, each with the reason.

export interface Equivalent {
  readonly file: string;
  /** What is replaced and by what, as the report prints them; every mutation of the file that reads so. */
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

export const equivalents: readonly Equivalent[] = [
  {
    file: 'src/plugin/verify-signature.ts',
    before: "error instanceof NotationError && error.code === 'UNTRUSTED'",
    after: 'true',
    reason: 'matching throws nothing else; what it might throw one day must not pass for a verdict',
  },
  {
    file: 'src/plugin/verify-signature.ts',
    before: "error instanceof NotationError && error.code === 'UNTRUSTED'",
    after: 'error instanceof NotationError',
    reason: 'matching throws nothing else; what it might throw one day must not pass for a verdict',
  },
  {
    file: 'src/plugin/verify-signature.ts',
    before: "error instanceof NotationError && error.code === 'UNTRUSTED'",
    after: "error.code === 'UNTRUSTED'",
    reason: 'matching throws nothing else; what it might throw one day must not pass for a verdict',
  },
  {
    file: 'src/plugin/verify-signature.ts',
    before: 'throw error;',
    after: ';',
    reason: 'matching throws nothing else; what it might throw one day must not pass for a verdict',
  },
  {
    file: 'src/plugin/verify-signature.ts',
    before: 'leaf === undefined || trusted.length === 0',
    after: 'trusted.length === 0',
    reason: 'the request has a certificate, or is refused before',
  },
  {
    file: 'src/sign/generate.ts',
    before: 'Object.hasOwn(signed.annotations ?? {}, key)',
    after: 'true',
    reason: 'what all objects have is no text, and so not the one that was asked for',
  },
  {
    file: 'src/protocol/hosted/verification.ts',
    before: "typeof value === 'number' && Number.isFinite(value)",
    after: 'Number.isFinite(value)',
    reason: 'only numbers are finite; the compiler wants to be told so',
  },
  {
    file: 'src/verify/plugin.ts',
    before: 'appointed?.replaces.includes(check) ?? false',
    after: 'appointed?.replaces.includes(check)',
    reason: 'who asks takes nothing for no',
  },
  {
    file: 'src/verify/plugin.ts',
    before: "appointed.plugin.kind === 'own' || appointed.checks.length === 0",
    after: 'appointed.checks.length === 0',
    reason: 'this program has no checks of a plugin; the compiler wants to be told so',
  },
  {
    file: 'src/x509/timestamp/signer.ts',
    before: 'values[0] ?? []',
    after: 'values[0]',
    reason: 'the line before returns when there are none',
  },
  {
    file: 'src/x509/timestamp/signer.ts',
    before: 'value && values.flat().length === 1',
    after: 'values.flat().length === 1',
    reason: 'with one attribute and one value in all, that value is there',
  },
  {
    file: 'src/x509/crl/check.ts',
    before: 'nextUpdate?.getTime() ?? 0',
    after: 'nextUpdate?.getTime()',
    reason: 'nothing is at most NaN',
  },
  {
    file: 'src/x509/crl/check.ts',
    before: 'invalidityDate && signed',
    after: 'invalidityDate',
    reason: 'nothing is before a time that is not there',
  },
  {
    file: 'src/x509/crl/check.ts',
    before: 'invalidityDate && signed',
    after: 'signed',
    reason: 'nothing is before a time that is not there',
  },
  {
    file: 'src/revocation/ask.ts',
    before: 'ocspUrls.length > 0',
    after: 'true',
    reason: 'without responders there is nobody to ask, and nothing is told',
  },
  {
    file: 'src/revocation/ask.ts',
    before: 'ocspUrls.length > 0',
    after: 'ocspUrls.length >= 0',
    reason: 'without responders there is nobody to ask, and nothing is told',
  },
  {
    file: 'src/revocation/ask.ts',
    before: "status.kind !== 'revoked'",
    after: 'false',
    reason: 'what follows answers the same for one that has no invalidity date',
  },
  {
    file: 'src/revocation/ask.ts',
    before: 'authenticSigningTime && revocation.invalidityDate',
    after: 'authenticSigningTime',
    reason: 'nothing is before a time that is not there',
  },
  {
    file: 'src/revocation/ask.ts',
    before: 'authenticSigningTime && revocation.invalidityDate',
    after: 'revocation.invalidityDate',
    reason: 'nothing is before a time that is not there',
  },
  {
    file: 'src/revocation/ask.ts',
    before: "status.status === 'not revocable' && status.why === 'no source'",
    after: "status.why === 'no source'",
    reason: 'only what is not revocable says why',
  },
  {
    file: 'src/revocation/crl.ts',
    before: '!first || problems.length > 0',
    after: 'problems.length > 0',
    reason: 'where no CRL told anything there is a problem',
  },
  {
    file: 'src/revocation/crl.ts',
    before: "answer.status === 'good'",
    after: 'true',
    reason: 'a revocation was answered before',
  },
  {
    file: 'src/x509/ocsp/check.ts',
    before: '!found || second',
    after: 'second',
    reason: 'what is not there cannot be read, which comes to the same',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: 'certificate.der.length * (permitted.length + excluded.length) + names.length * size > maximumWork',
    after: 'certificate.der.length * (permitted.length + excluded.length) + names.length * size >= maximumWork',
    reason: 'a bound on work, and no rule',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "tree.kind === 'other' && tree.tag === name.tag",
    after: 'tree.tag === name.tag',
    reason: 'trees of other kinds have no tag',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'directory' && tree.kind === 'directory'",
    after: "name.kind === 'directory'",
    reason: 'names are held against trees of their own kind alone',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'directory' && tree.kind === 'directory'",
    after: "tree.kind === 'directory'",
    reason: 'names are held against trees of their own kind alone',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'address' && tree.kind === 'address'",
    after: "name.kind === 'address'",
    reason: 'names are held against trees of their own kind alone',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'address' && tree.kind === 'address'",
    after: "tree.kind === 'address'",
    reason: 'names are held against trees of their own kind alone',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'dns' && tree.kind === 'dns'",
    after: "name.kind === 'dns'",
    reason: 'names are held against trees of their own kind alone',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'dns' && tree.kind === 'dns'",
    after: "tree.kind === 'dns'",
    reason: 'names are held against trees of their own kind alone',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'email' && tree.kind === 'email'",
    after: "name.kind === 'email'",
    reason: 'names are held against trees of their own kind alone',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'email' && tree.kind === 'email'",
    after: "tree.kind === 'email'",
    reason: 'names are held against trees of their own kind alone',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'uri' && tree.kind === 'uri'",
    after: "name.kind === 'uri'",
    reason: 'names are held against trees of their own kind alone',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'uri' && tree.kind === 'uri'",
    after: "tree.kind === 'uri'",
    reason: 'names are held against trees of their own kind alone',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "name.kind === 'uri' && tree.kind === 'uri'",
    after: 'true',
    reason: 'a name of another kind has no host, which comes to the same',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: 'network[index] ?? 0',
    after: 'network[index]',
    reason: 'an address and a network of another size were told apart before',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: 'network[size + index] ?? 0',
    after: 'network[size + index]',
    reason: 'an address and a network of another size were told apart before',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "tree.includes('@')",
    after: 'true',
    reason: 'without an at sign there is no mailbox',
  },
  {
    file: 'src/x509/chain/name-constraints.ts',
    before: "labelsOf(domain.replace(/^\\./, '')) ?? []",
    after: "labelsOf(domain.replace(/^\\./, ''))",
    reason: 'trees were held to be well formed',
  },
];
