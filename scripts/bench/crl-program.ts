// Holds a CRL against its issuer and a certificate, and ends: what is measured, in the runtime that is shipped.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { checkBaseCrl, judgeCrls } from '../../src/x509/crl/check.ts';
import { parseCrl } from '../../src/x509/crl/crl.ts';

const [folder = '', name = ''] = process.argv.slice(2);
const read = (file: string) => readFileSync(join(folder, file));
const base = parseCrl(read(name), 'CRL');
checkBaseCrl(base, parseCertificate(read('ca.der')));
process.stdout.write(`${judgeCrls({ base }, { certificate: parseCertificate(read('leaf.der')), now: new Date() }).status}\n`);
