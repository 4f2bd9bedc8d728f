// The timestamp authority of the key's options: whether it answers, and is the one whose root is trusted.
import { found } from '../../core/finding.ts';
import { testMessage } from '../../kms/test-signature.ts';
import { authorityCheck } from '../../revocation/authority.ts';
import { openTimestamper } from '../../timestamp/authority.ts';
import { readTimestampRoot } from '../../timestamp/root.ts';
import { printName } from '../../x509/name.ts';
import type { Section } from './check.ts';
import type { Patient } from './patient.ts';

export const timestampSection: Section = {
  title: 'Timestamps',
  checks: [
    { id: 'timestamp.root', title: 'root', run: lookAtRoot },
    { id: 'timestamp.authority', title: 'authority', needs: ['timestamp.root'], run: lookAtAuthority },
  ],
};

async function lookAtRoot(patient: Patient) {
  const { tsa_root_cert: path } = (await patient.key())?.settings.text ?? {};
  if (path === undefined) return undefined;
  const root = await readTimestampRoot(path, patient.files);
  return found(printName(root.subject), { path, notAfter: root.notAfter.toISOString() });
}

/** Asks for a timestamp of a test, which nobody keeps; it is checked as that of a signature would be. */
async function lookAtAuthority(patient: Patient) {
  const { tsa_url: url, tsa_root_cert: path } = (await patient.key())?.settings.text ?? {};
  if (url === undefined || path === undefined) return undefined;
  const { http, files, log, context } = patient;
  const checkRevocation = authorityCheck({ http, files, log, now: context.now, write: async () => undefined });
  const timestamper = openTimestamper({ url, root: await readTimestampRoot(path, files), http, checkRevocation });
  await timestamper.stamp(Buffer.from(testMessage), 'SHA-256');
  const { host } = new URL(url);
  return found(`${host} witnesses, under that root`, { host });
}
