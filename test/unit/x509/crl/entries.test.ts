// The entries of CRLs: what is read, what is refused, what is found among them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotationError } from '../../../../src/core/error.ts';
import { readAll, readMany, readSequence, tag } from '../../../../src/x509/asn1/der.ts';
import { boolean, element, integer, nullValue, octetString, oid, sequence } from '../../../../src/x509/asn1/der-encode.ts';
import { parseCrl } from '../../../../src/x509/crl/crl.ts';
import { checkEntries } from '../../../../src/x509/crl/entries.ts';
import { parseExtension } from '../../../../src/x509/extension.ts';
import { type CrlDraft, encodeEntry, invalidityDate, mintCrl } from '../../../support/crl-mint.ts';
import { during, mintCa, mintLeaf, validFrom } from '../../../support/pki.ts';
import { randomFrom } from '../../../support/random.ts';

const ca = await mintCa('CRL CA', undefined);
const leaf = (await mintLeaf('leaf', ca)).certificate;
const issuer = ca.certificate;

async function mint(draft: Partial<CrlDraft> = {}) {
  return parseCrl(await mintCrl({ ca, ...draft }), 'CRL');
}

async function refuses(draft: Partial<CrlDraft>, words: RegExp, code = 'CERTIFICATE') {
  await assert.rejects(mint(draft), (error) => error instanceof NotationError && error.code === code && words.test(error.message));
}

describe('entries', () => {
  const good = encodeEntry({ serial: '0102' });
  const withExtensions = (...parts: readonly Uint8Array[]) => sequence(integer(5), element(0x17, Buffer.from('260101000000Z')), ...parts);
  const malformed: Readonly<Record<string, Uint8Array>> = {
    'no SEQUENCE': integer(1),
    'an empty one': sequence(),
    'no date': sequence(integer(1)),
    'a serial number without bytes': sequence(element(2), element(0x17, Buffer.from('260101000000Z'))),
    'a padded serial number': sequence(element(2, Buffer.of(0, 1)), element(0x17, Buffer.from('260101000000Z'))),
    'a padded serial number below zero': sequence(element(2, Buffer.of(0xff, 0x80)), element(0x17, Buffer.from('260101000000Z'))),
    'a date of another form': sequence(integer(1), element(0x17, Buffer.from('2601010000Z'))),
    'a date without Z': sequence(integer(1), element(0x17, Buffer.from('2601010000000'))),
    'trailing bytes after its extensions': withExtensions(sequence(), nullValue()),
    'extensions of another tag': withExtensions(nullValue()),
    'an extension without a value': withExtensions(sequence(sequence(oid('2.5.29.21')))),
    'an extension with more': withExtensions(sequence(sequence(oid('2.5.29.21'), element(4), nullValue()))),
    'an extension that is no SEQUENCE': withExtensions(sequence(nullValue())),
    'an indefinite length': Buffer.from('3080020101170d3236303130313030303030305a0000', 'hex'),
    'a padded length': Buffer.from('308112020101170d3236303130313030303030305a', 'hex'),
    'a length of five octets': Buffer.from('308500000000120201', 'hex'),
    'a length beyond the list': Buffer.from('3084ffffffff0201', 'hex'),
    'a length beyond its entry': sequence(Buffer.from('027f01', 'hex')),
    'half a header': Buffer.of(0x30),
    'trailing bytes after a reason': withExtensions(sequence(sequence(oid('2.5.29.21'), octetString(Buffer.of(10, 1, 1)))), nullValue()),
    'half a reason': encodeEntry({ serial: '05', reason: 1 }).subarray(0, -1),
    'a boolean of two bytes': withExtensions(sequence(sequence(oid('1.2.3'), element(1, Buffer.of(0xff, 0)), octetString(Buffer.of())))),
    'an extension after its extensions': withExtensions(sequence(), sequence(oid('1.2.3'), element(4))),
    'a serial number that reaches into the next one': Buffer.from('30020206', 'hex'),
    'an indefinite length where as many bytes follow': Buffer.concat([Buffer.from('3080', 'hex'), contentsOf(entryOf(128))]),
    'a length of two octets where one would do': Buffer.concat([Buffer.from('30820080', 'hex'), contentsOf(entryOf(128))]),
  };
  for (const [name, entry] of Object.entries(malformed))
    test(`${name} is refused, wherever it is`, async () => {
      for (const rawEntries of [entry, Buffer.concat([good, entry]), Buffer.concat([entry, good])])
        await refuses({ rawEntries }, /malformed DER/);
    });

  test('of all lengths are read', async () => {
    const lengths = [127, 128, 129, 255, 256, 70_000];
    const crl = await mint({ rawEntries: Buffer.concat(lengths.map(entryOf)) });
    assert.equal(crl.find('0102').length, lengths.length);
  });

  test('of the usual forms, with one byte or two changed, are read as any other', async () => {
    const others = encodeEntry({ serial: '0102', reason: 1, extensions: [invalidityDate(during)] });
    const random = randomFrom(3);
    for (const usual of [encodeEntry({ serial: '7a11' }), encodeEntry({ serial: '5a', reason: 4 })]) {
      const spoiled = Array.from({ length: usual.length * 256 }, (_, at) => {
        const copy = Buffer.from(usual);
        copy[at >> 8] = at & 0xff;
        if (random.below(2) === 0) copy[random.below(copy.length)] = random.pick([0, 1, 2, 0x0a, 0x0c, 0x30, 0x80, 0x81, 0xff]);
        return Buffer.concat([copy, random.below(2) === 0 ? others : Buffer.of()]);
      });
      for (const entries of spoiled) assert.equal(isRead(entries), isWellFormed(entries), entries.toString('hex'));
      assert.ok(spoiled.some(isRead) && !spoiled.every(isRead));
    }
  });

  test('whose length is written in two bytes are no usual ones', () => {
    // As 30 81 it would be an entry of two bytes; as if 81 were a length it would be a whole one.
    const entry = Buffer.concat([
      Buffer.from('308102', 'hex'),
      Buffer.of(112),
      Buffer.alloc(112, 1),
      Buffer.from('170d3236303130313030303030305a', 'hex'),
    ]);
    assert.equal(isRead(entry), false);
  });

  test('of another issuer’s certificates are refused, whether or not the extension is critical', async () => {
    for (const critical of [true, false]) {
      const extension = { oid: '2.5.29.29', critical, value: sequence(element(0xa4, issuer.subject.der)) };
      await refuses(
        { entries: [{ serial: '05', extensions: [extension] }] },
        /known critical extensions only, found 2\.5\.29\.29/,
        'REVOCATION',
      );
    }
  });

  test('with an unknown critical extension make the CRL useless, even for others', async () => {
    for (const type of ['1.2.3', '2.5.29.23', '2.5.30.21', '1.3.29.21', '2.5.29.21.1', '1.3.5.29.21']) {
      const draft = (critical: boolean) => ({ entries: [{ serial: '05', extensions: [{ oid: type, critical, value: nullValue() }] }] });
      await refuses(draft(true), new RegExp(`found ${type.replaceAll('.', '\\.')}$`), 'REVOCATION');
      assert.deepEqual((await mint(draft(false))).find('06'), []);
    }
    const written = sequence(oid('1.2.3'), boolean(false), element(4));
    assert.equal((await mint({ rawEntries: withExtensions(sequence(written)) })).find('05').length, 1);
    const dated = { ...invalidityDate(during), critical: true };
    assert.deepEqual((await mint({ entries: [{ serial: '05', extensions: [dated] }] })).find('05')[0]?.invalidityDate, during);
    const known = { oid: '2.5.29.21', critical: true, value: element(0x0a, Buffer.of(1)) };
    assert.equal((await mint({ entries: [{ serial: '05', extensions: [known] }] })).find('05')[0]?.reason, 1);
  });

  test('of the certificate are read to the end', async () => {
    const found = async (...extensions: readonly { oid: string; critical: boolean; value: Uint8Array }[]) =>
      (await mint({ entries: [{ serial: '05', extensions }] })).find('05');
    const reason = (value: Uint8Array) => ({ oid: '2.5.29.21', critical: false, value });
    await assert.rejects(found(reason(integer(1))), /malformed DER/);
    await assert.rejects(
      found(reason(element(0x0a, Buffer.of(1))), reason(element(0x0a, Buffer.of(1)))),
      /every extension of an entry once/,
    );
    await assert.rejects(
      found({ ...invalidityDate(during), value: element(0x17, Buffer.from('260101000000Z')) }),
      /expected a GeneralizedTime/,
    );
    assert.deepEqual(await found(invalidityDate(during)), [{ revokedAt: validFrom, reason: 0, invalidityDate: during }]);
  });

  test('of one certificate are a hundred at most', async () => {
    const times = (count: number) => Array.from({ length: count }, () => ({ serial: '05' }));
    assert.equal((await mint({ entries: times(100) })).find('05').length, 100);
    const more = await mint({ entries: times(101) });
    assert.throws(() => more.find('05'), /at most 100 entries for one certificate, found more/);
  });

  test('with serial numbers below zero are no certificate’s', async () => {
    const rawEntries = sequence(element(2, Buffer.of(0xff)), element(0x17, Buffer.from('260101000000Z')));
    assert.deepEqual((await mint({ rawEntries })).find('ff'), []);
  });

  test('are found wherever they are, as by comparing all', async () => {
    const random = randomFrom(7);
    // Bytes of headers, so that what is no serial number looks like one.
    const serial = () =>
      Buffer.from(Array.from({ length: 1 + random.below(3) }, () => random.pick([1, 2, 3, 0x10, 0x13, 0x17, 0x30, 0x0d]))).toString('hex');
    for (let round = 0; round < 30; round += 1) {
      const entries = Array.from({ length: random.below(1500) }, (_, at) => ({
        serial: serial(),
        revokedAt: new Date(validFrom.getTime() + at * 1000),
        ...(random.below(3) === 0 && { extensions: [{ oid: '1.2.3', critical: false, value: Buffer.from(`0201${serial()}`, 'hex') }] }),
      }));
      const crl = await mint({ entries });
      for (let query = 0; query < 30; query += 1) {
        const wanted = serial();
        const expected = entries.filter((entry) => BigInt(`0x${entry.serial}`) === BigInt(`0x${wanted}`)).map(({ revokedAt }) => revokedAt);
        if (expected.length > 100) assert.throws(() => crl.find(wanted), /at most 100 entries for one certificate/);
        else
          assert.deepEqual(
            crl.find(wanted).map(({ revokedAt }) => revokedAt),
            expected,
          );
      }
    }
  });

  test('in their hundred thousands make no objects', async () => {
    const raw = encodeEntry({ serial: '7f'.repeat(16), reason: 1 });
    const rawEntries = Buffer.concat([...Array.from({ length: 300_000 }, () => raw), encodeEntry({ serial: leaf.serial })]);
    const der = await mintCrl({ ca, rawEntries });
    const before = process.memoryUsage().heapUsed;
    const crl = parseCrl(der, 'CRL');
    assert.equal(crl.find(leaf.serial).length, 1);
    assert.throws(() => crl.find('7f'.repeat(16)), /at most 100 entries for one certificate, found more/);
    assert.ok(process.memoryUsage().heapUsed - before < 32 << 20);
  });

  test('however deep what they hold is nested', async () => {
    let value = nullValue();
    for (let depth = 0; depth < 5000; depth += 1) value = sequence(value);
    const crl = await mint({ entries: [{ serial: '05', extensions: [{ oid: '1.2.3', critical: false, value }] }] });
    assert.equal(crl.find('05').length, 1);
    assert.throws(() => parseCrl(value, 'CRL'), /malformed DER/);
  });
});

/** An entry for 0102 whose contents have so many bytes. */
function entryOf(length: number): Uint8Array {
  const filled = (count: number) =>
    encodeEntry({ serial: '0102', extensions: [{ oid: '1.2.3', critical: false, value: new Uint8Array(count) }] });
  const counts = Array.from({ length: 60 }, (_, less) => Math.max(0, length - less));
  const entry = counts.map(filled).find((one) => contentsOf(one).length === length);
  if (!entry) throw new Error(`no entry of ${length} bytes`);
  return entry;
}

function contentsOf(entry: Uint8Array): Uint8Array {
  const first = entry[1] ?? 0;
  return entry.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
}

function isRead(entries: Uint8Array): boolean {
  try {
    checkEntries(entries, 'CRL');
    return true;
  } catch (error) {
    assert.ok(error instanceof NotationError && error.code !== 'INTERNAL', String(error));
    return false;
  }
}

/** The same by the reader of all other DER: as slow as it is plain. */
function isWellFormed(entries: Uint8Array): boolean {
  try {
    return readAll(entries, 'entries', (list) => readMany(list, () => isEntry(list.read(tag.sequence).der))).every(Boolean);
  } catch {
    return false;
  }
}

function isEntry(der: Uint8Array): boolean {
  return readSequence(der, 'entry', (fields) => {
    fields.integer();
    const { tag: found, value } = fields.any();
    const length = new Map<number, number>([
      [tag.utcTime, 13],
      [tag.generalizedTime, 15],
    ]).get(found);
    const list = fields.done ? undefined : fields.sequence();
    const extensions = list ? readMany(list, () => parseExtension(list, 'extension')) : [];
    const known = ['2.5.29.21', '2.5.29.24'];
    const isUnderstood = (type: string, critical: boolean) => type !== '2.5.29.29' && (!critical || known.includes(type));
    const isTime = value.length === length && value.at(-1) === 0x5a;
    return isTime && extensions.every((one) => isUnderstood(one.oid, one.critical));
  });
}
