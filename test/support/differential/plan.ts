// What a situation consists of, before any key or byte: who signs what by which chain, who is trusted, and what the servers answer.
import type { EnvelopeFormat } from '../../../src/core/model.ts';
import type { ExtensionDraft, NameDraft } from '../../../src/x509/issue/issue.ts';
import type { Reply } from './answers.ts';
import type { AuthorityKind, LeafKey } from './keys.ts';
import type { Minted } from './mint.ts';
import type { HeaderDraft, SealedParts } from './seal.ts';
import type { TokenMaker } from './token.ts';

export type CertificateSignature = 'usual' | 'PKCS#1' | 'SHA-1' | 'MD5' | 'SHA-512' | 'short salt' | 'of another key' | 'changed';

export interface CertificatePlan {
  readonly name: string;
  /** Of the leaf its name in plugin-spec/keys; an authority's key is known by the certificate's name. */
  readonly key: { readonly leaf: LeafKey } | { readonly authority: AuthorityKind };
  readonly subject: NameDraft;
  /** The issuer's subject when absent. */
  readonly issuer?: NameDraft;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly serial: string;
  readonly extensions: readonly ExtensionDraft[];
  /** How its issuer signs it. */
  readonly signature: CertificateSignature;
  /** What to make of what its issuer signs. */
  readonly tbs?: (tbs: Uint8Array) => Uint8Array;
  /** What to make of the finished certificate. */
  readonly finish?: (der: Uint8Array) => Uint8Array;
  /** Where it says that its revocation can be asked for, and what is answered there. */
  readonly responders: readonly Source[];
  readonly lists: readonly Source[];
}

/** The place of an answer about a certificate's revocation. */
export interface Source {
  /** Instead of an address of the server of answers. */
  readonly url?: string;
  readonly answer: Answerer;
}

/** What a server is asked, and what it has to know to answer. */
export interface Question {
  readonly request: Uint8Array;
  readonly subject: Minted;
  /** The subject itself when that is self-signed. */
  readonly issuer: Minted;
  readonly now: Date;
  readonly address: Address;
  /** An address at which nobody listens. */
  readonly dead: string;
}

export type Answerer = (question: Question) => Promise<Reply> | Reply;

/** Makes an address of the server of answers for one more answer. */
export type Address = (name: string, answer: (request: Uint8Array) => Promise<Reply> | Reply) => string;

export interface SignaturePlan {
  readonly now: Date;
  readonly format: EnvelopeFormat;
  /** Leaf first, root last. */
  readonly chain: readonly CertificatePlan[];
  /** What of the chain goes into the envelope. */
  readonly arrange: (chain: readonly Minted[]) => readonly Uint8Array[];
  /** In which header the chain is. */
  readonly chainIn: 'unprotected' | 'protected';
  readonly scheme: 'notary.x509' | 'notary.x509.signingAuthority';
  readonly signedAt: Date;
  readonly expiry?: Date;
  /** What of the signed attributes to make otherwise. */
  readonly header: readonly ((header: HeaderDraft) => HeaderDraft)[];
  readonly payload: (artifact: PayloadDraft) => Uint8Array;
  readonly signatureValue: 'usual' | 'DER' | 'short salt' | 'PKCS#1' | 'of another key';
  /** What of the sealed envelope to make otherwise: of its parts, then of its bytes. */
  readonly parts: readonly ((parts: SealedParts) => SealedParts)[];
  readonly bytes: (bytes: Uint8Array) => Uint8Array;
  /** Whether the situation's policy wants timestamps of such a signature. */
  readonly timestamped: boolean;
  readonly token?: TokenMaker;
  readonly manifest: (manifest: ManifestDraft) => ManifestDraft;
}

/** The payload's members, of which anything may be made. */
export type PayloadDraft = Readonly<Record<string, unknown>> & { readonly targetArtifact: Readonly<Record<string, unknown>> };

/** A signature manifest's members, and whether its envelope is among the blobs. */
export interface ManifestDraft {
  readonly document: Readonly<Record<string, unknown>>;
  readonly envelope: 'there' | 'absent' | 'changed';
}

export type StoreType = 'ca' | 'signingAuthority' | 'tsa';

/** A file or something else in a named store. */
export type StoreEntry =
  | { readonly name: string; readonly content: Uint8Array }
  | { readonly name: string; readonly kind: 'link' | 'folder'; readonly content: Uint8Array };

export interface StorePlan {
  readonly type: StoreType;
  readonly name: string;
  readonly kind: 'folder' | 'link';
  readonly entries: readonly StoreEntry[];
}

/** Every signature's chain as minted. */
export interface Anchors {
  readonly chains: readonly { readonly scheme: SignaturePlan['scheme']; readonly chain: readonly Minted[] }[];
}

export interface StatementPlan {
  readonly [member: string]: unknown;
}

/** What is the same for all signatures of a situation. */
export interface ScenePlan {
  readonly now: Date;
  /** Whether the policy names a store of timestamp authorities. */
  readonly timestamped: boolean;
  readonly schemes: readonly SignaturePlan['scheme'][];
  readonly scope: string;
  readonly level: 'strict' | 'permissive' | 'audit' | 'skip';
  /** What the folder of trust stores holds. */
  readonly stores: readonly ((stores: readonly StorePlan[], anchors: Anchors) => readonly StorePlan[])[];
  /** Of the statement that applies. */
  readonly statement: readonly ((statement: StatementPlan, subjects: readonly Subject[]) => StatementPlan)[];
  /** Of the document around it. */
  readonly document: readonly ((document: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>)[];
  /** Of its text. */
  readonly text: (json: string) => string | { readonly bytes: Uint8Array } | { readonly link: string } | undefined;
  readonly words: readonly string[];
  readonly reference: 'digest' | 'tag';
  /** Annotations of the signed artifact. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly cache: CacheState;
}

/** What the caches hold for every CRL of the situation, unless they are no folders. */
export type CacheState = 'empty' | 'a file' | 'garbage' | 'good CRLs' | 'CRLs that list it' | 'expired CRLs' | 'CRLs by a stranger';

/** The attributes of a leaf's subject. */
export type Subject = readonly (readonly [type: string, value: string])[];
