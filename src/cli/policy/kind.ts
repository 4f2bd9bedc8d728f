// The policies for artifacts and for blobs: what differs between them is data, so that one command is written once.
import { parseBlobPolicy } from '../../policy/blob.ts';
import { parseOciPolicy, skippingAll } from '../../policy/oci.ts';
import type { Directories } from '../../store/directories.ts';
import { blobPolicyPlace, ociPolicyPlace, type PolicyName, type PolicyPlace } from '../../store/trust-policy.ts';

export interface PolicyKind {
  /** The command whose subcommands are about it. */
  readonly command: 'policy' | 'blob policy';
  readonly placeIn: (directories: Directories) => PolicyPlace;
  /** Checks a document, and answers what is to be said of it all the same. @throws NotationError `POLICY` */
  readonly check: (bytes: Uint8Array, what: string) => readonly string[];
}

export const ociKind: PolicyKind = { command: 'policy', placeIn: ociPolicyPlace, check: checkOci };

export const blobKind: PolicyKind = { command: 'blob policy', placeIn: blobPolicyPlace, check: checkBlob };

function checkBlob(bytes: Uint8Array, what: string): readonly string[] {
  parseBlobPolicy(bytes, what);
  return [];
}

/** The specification allows level skip for single repositories only; notation takes it for all of them. */
function checkOci(bytes: Uint8Array, what: string): readonly string[] {
  const statement = skippingAll(parseOciPolicy(bytes, what));
  if (statement === undefined) return [];
  const which = `statement ${JSON.stringify(statement.name)} has level skip and the scope "*"`;
  return [`${which}: every artifact that no other statement is about passes without a signature`];
}

/** What is said about a file in notation's words. */
export interface PolicyWords {
  /** Of the file to import: it cannot be read, it is no JSON, it breaks a rule. */
  readonly unread: string;
  readonly unparsed: string;
  readonly invalid: string;
  readonly unwritten: string;
  /** What stands there already, and whether `--force` says so even where nothing does. */
  readonly question: string;
  readonly replaced: string;
  readonly alwaysWarns: boolean;
  readonly imported: (path: string) => string;
  readonly uninitialized: string;
  readonly initialized: (path: string) => string;
  readonly unshown: string;
  readonly absent: string;
  readonly broken: string;
}

/** notation 1.3.2 has the words about trustpolicy.json, and 2.0.0-alpha.1 the others; `init` is ours for trustpolicy.json. */
export const policyWords: Readonly<Record<PolicyName, PolicyWords>> = {
  'trustpolicy.json': {
    unread: 'failed to read trust policy file',
    unparsed: 'failed to parse trust policy configuration',
    invalid: 'failed to validate trust policy',
    unwritten: 'failed to write trust policy file',
    question: 'The trust policy file already exists, do you want to overwrite it?',
    replaced: 'existing trust policy configuration file will be overwritten',
    alwaysWarns: true,
    imported: () => 'Trust policy configuration imported successfully.',
    uninitialized: 'invalid trust policy',
    initialized: (path) => `Successfully initialized trust policy file to ${path}.`,
    unshown: 'failed to show trust policy',
    absent: 'failed to show trust policy as the trust policy file does not exist.',
    broken: 'Existing trust policy configuration is invalid, you may update or create a new one via',
  },
  'trustpolicy.oci.json': version2('OCI', 'failed to read OCI trust policy configuration', 'failed to show OCI trust policy'),
  'trustpolicy.blob.json': version2('blob', 'failed to read blob trust policy file', 'failed to show trust policy'),
};

function version2(kind: 'OCI' | 'blob', unread: string, unshown: string): PolicyWords {
  return {
    unread,
    unparsed: `failed to parse ${kind} trust policy configuration`,
    invalid: `failed to validate ${kind} trust policy configuration`,
    unwritten: `failed to write ${kind} trust policy configuration`,
    question: `The ${kind} trust policy configuration already exists, do you want to overwrite it?`,
    replaced: `existing ${kind} trust policy configuration will be overwritten`,
    alwaysWarns: false,
    imported: (path) => `Successfully imported ${kind} trust policy configuration to ${path}.`,
    uninitialized: `invalid ${kind} policy`,
    initialized: (path) => `Successfully initialized ${kind} trust policy file to ${path}.`,
    unshown,
    absent: `failed to show ${kind} trust policy as ${kind === 'OCI' ? 'it' : 'the configuration'} does not exist.`,
    broken: `Existing ${kind} trust policy configuration is invalid, you may update or create a new one via`,
  };
}
