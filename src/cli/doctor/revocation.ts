// Whether certificates are revoked, whether those who tell can be reached, and whether their lists can be kept.
import { dirname, join } from 'node:path';
import { doubtful, type Finding, found, wrong } from '../../core/finding.ts';
import { openRevocation } from '../../revocation/ask.ts';
import { openCrlCache } from '../../revocation/crl-cache.ts';
import { cacheDirectoryOf } from '../../store/directories.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { describeRevocation } from '../../x509/revocation/text.ts';
import type { Patient } from './patient.ts';
import { isWritable } from './permission.ts';

/** Asks all that the certificates name. Lists are fetched and not kept: nothing is changed by looking. */
export async function lookAtRevocation(chain: readonly Certificate[], { http, files, log, context }: Patient): Promise<Finding> {
  const { now } = context;
  const urls = chain.slice(0, -1).flatMap(({ ocspUrls, crlUrls }) => [...ocspUrls, ...crlUrls]);
  if (urls.length === 0) return found('no certificate names an OCSP responder or a CRL: none can be revoked');
  const cache = openCrlCache({ files, write: async () => undefined, now, log });
  const report = await openRevocation({ http, cache, now, log })({ chain });
  const facts = { verdict: report.verdict, sources: [...new Set(urls)].join(' ') };
  if (report.verdict === 'good') return found('none is revoked, say those whom the certificates name', facts);
  const text = describeRevocation(report);
  if (report.verdict === 'revoked') return wrong(text, 'have a new key certified, and sign with that', facts);
  return doubtful(text, 'whoever verifies must reach these; a policy of level strict rejects the signature otherwise', facts);
}

/** Verification keeps lists there; where it cannot, it goes on without. */
export async function lookAtCache({ context, files }: Patient): Promise<Finding> {
  const folder = join(cacheDirectoryOf(context), 'crl');
  const there = await nearestFolder(folder, files);
  if (there !== undefined && isWritable(there)) return found(`${folder} can be written`, { folder });
  return doubtful(
    `${folder} cannot be written, so that lists of revoked certificates are fetched each time`,
    `make ${folder} writable, or name another folder with NOTATION_CACHE`,
    {
      folder,
    },
  );
}

/** The folder, or the nearest above it that exists; undefined where something else is in its way. */
async function nearestFolder(path: string, files: Patient['files']): Promise<string | undefined> {
  const facts = await files.look(path);
  if (facts !== undefined) return facts.kind === 'directory' ? path : undefined;
  return dirname(path) === path ? undefined : nearestFolder(dirname(path), files);
}
