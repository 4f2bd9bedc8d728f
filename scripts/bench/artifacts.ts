// Many artifacts in a registry, pushed without the start of a process for each.
import { createHash } from 'node:crypto';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** Pushes `count` small artifacts into one repository of a registry on loopback and answers their references by digest. */
export async function pushArtifacts(host: string, count: number): Promise<readonly string[]> {
  const base = `http://${host}/v2/bulk`;
  const [config, layer] = [await pushBlob(base, '{}'), await pushBlob(base, 'the same layer in all of them')];
  const references: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: [{ mediaType: 'text/plain', ...layer }],
      annotations: { number: String(number) },
    });
    await put(`${base}/manifests/${digestOf(manifest)}`, manifest, manifestType);
    references.push(`${host}/bulk@${digestOf(manifest)}`);
  }
  return references;
}

async function pushBlob(base: string, content: string): Promise<{ readonly digest: string; readonly size: number }> {
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', base);
  place.searchParams.set('digest', digestOf(content));
  await put(place.href, content, 'application/octet-stream');
  return { digest: digestOf(content), size: content.length };
}

async function put(url: string, body: string, type: string): Promise<void> {
  const response = await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } });
  if (response.status !== 201) throw new Error(`${url}: expected 201, found ${response.status}: ${await response.text()}`);
}

function digestOf(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
