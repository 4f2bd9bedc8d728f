/** What is signed: an OCI descriptor, or a blob's (signature specification, "Payload"). */
export interface Descriptor {
  readonly mediaType: string;
  /** `algorithm:lower-case-hex`. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** The user's metadata among them. */
  readonly annotations?: Readonly<Record<string, string>>;
}
