export const imageManifest = 'application/vnd.oci.image.manifest.v1+json';
export const imageIndex = 'application/vnd.oci.image.index.v1+json';
/** Of a draft of OCI 1.1: nobody writes it any more. */
export const artifactManifest = 'application/vnd.oci.artifact.manifest.v1+json';
/** What a signature is: an artifact type, and in notation's form the media type of the manifest's config. */
export const signatureType = 'application/vnd.cncf.notary.signature';
export const emptyConfig = 'application/vnd.oci.empty.v1+json';
export const dockerManifestList = 'application/vnd.docker.distribution.manifest.list.v2+json';
