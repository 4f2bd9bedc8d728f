/**
 * Signs and verifies artifacts and blobs with Notary Project signatures. `openNotation` is where to begin.
 * @packageDocumentation
 */

export type { CallOptions } from './core/abort.ts';
export type { Algorithm, HashAlgorithm, KeySpec } from './core/algorithm.ts';
export type { Der } from './core/bytes.ts';
export { type ErrorCode, type ErrorDetails, NotationError } from './core/error.ts';
export type {
  Descriptor,
  Envelope,
  EnvelopeFormat,
  EnvelopeMediaType,
  ExtendedAttribute,
  SignedAttributes,
  SigningScheme,
  StatedTime,
  UnsignedAttributes,
  Verified,
} from './core/model.ts';
export type { Clock, Environment, Log, LogLevel } from './core/ports.ts';
export { version } from './core/version.ts';
export type { InspectedEnvelope, InspectedTimestamp } from './envelope/inspection.ts';
export type { OptionName } from './kms/config.ts';
export type { CertificateInput } from './library/certificate.ts';
export type { ArtifactInspection, InspectedSignature, InspectOptions } from './library/inspect.ts';
export type { BackendKey, KeyOptions, SigningKey } from './library/key.ts';
export { type Notation, openNotation } from './library/notation.ts';
export type { NotationOptions, RegistrySettings } from './library/options.ts';
export type { PluginKey } from './library/plugin.ts';
export { requireVerified } from './library/require-verified.ts';
export type { ArtifactSignature, NewBlobSignature, SignOptions, TimestampOptions } from './library/sign.ts';
export type {
  Artifact,
  BlobContent,
  BlobSignature,
  BlobSource,
  LayoutArtifact,
  RegistryArtifact,
  ScopedArtifact,
  ScopedLayoutArtifact,
  SignedBlob,
} from './library/source.ts';
export type {
  BlobPolicyDocument,
  BlobTrust,
  OciPolicyDocument,
  OciTrust,
  SignatureVerificationDocument,
  StatementDocument,
  StoreName,
  Trust,
  TrustDirectory,
  TrustValues,
} from './library/trust.ts';
export type { VerifyArtifactOptions, VerifyBlobOptions, Wanted } from './library/verify.ts';
export type { Action, Actions, CheckName, LevelName } from './policy/level.ts';
export type { Demands, StoreReference, TrustedIdentity } from './policy/statement.ts';
export type { Credential, CredentialSource } from './registry/credential.ts';
export type {
  Accepted,
  AnchorEvidence,
  ArtifactOutcome,
  EvidenceOf,
  Finding,
  NonePasses,
  OfArtifact,
  OnePasses,
  Outcome,
  PluginEvidence,
  Rejected,
  SignatureOutcome,
  Skipped,
  Stage,
  TimeEvidence,
  Verdict,
} from './verify/outcome.ts';
export type { Certificate } from './x509/certificate.ts';
export type { TrustStoreType } from './x509/chain/anchor.ts';
export type { Identity } from './x509/distinguished-name.ts';
export type { BasicConstraints, ExtendedKeyUsage, Extension, KeyUsage, KeyUsageBit } from './x509/extension.ts';
export type { Attribute, Name, RelativeName } from './x509/name.ts';
export type {
  CertificateStatus,
  RevocationMethod,
  RevocationProblem,
  RevocationReport,
  RevocationSource,
} from './x509/revocation/report.ts';
export type { Timestamp } from './x509/timestamp/check.ts';
export type { Imprint, TimeRange, TimestampInfo } from './x509/timestamp/info.ts';
