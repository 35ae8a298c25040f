import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { workbookOf } from '../../src/pages/batch/intake/workbook';

/** The parts of a zip archive by its directory, unpacked and checked against their sizes. */
async function parts(blob: Blob): Promise<Map<string, string>> {
  const bytes = Buffer.from(await blob.arrayBuffer());
  const end = bytes.length - 22;
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50);
  const found = new Map<string, string>();
  let at = bytes.readUInt32LE(end + 16);
  for (let n = 0; n < bytes.readUInt16LE(end + 10); n += 1) {
    const [packed, plain, name, local] = [
      bytes.readUInt32LE(at + 20),
      bytes.readUInt32LE(at + 24),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt32LE(at + 42),
    ];
    const start = local + 30 + bytes.readUInt16LE(local + 26);
    const text = inflateRawSync(bytes.subarray(start, start + packed));
    expect(text.length).toBe(plain);
    found.set(bytes.toString('utf8', at + 46, at + 46 + name), text.toString());
    at += 46 + name;
  }
  expect(at).toBe(end);
  return found;
}

test('a workbook holds the titles of the template and the rows as text', async () => {
  const files = await parts(
    await workbookOf([{ email: 'tan@example-agency.gov.sg', firstName: '林 <&>', contactNumber: '0091234567' }]),
  );
  expect([...files.keys()]).toEqual([
    '[Content_Types].xml',
    '_rels/.rels',
    'xl/workbook.xml',
    'xl/_rels/workbook.xml.rels',
    'xl/worksheets/sheet1.xml',
  ]);
  const sheet = files.get('xl/worksheets/sheet1.xml')!;
  expect(
    [...sheet.matchAll(/<c r="(\w+)" t="inlineStr"><is><t [^>]*>([^<]*)</g)].map(([, at, text]) => `${at} ${text}`),
  ).toEqual([
    'A1 Email',
    'B1 Username',
    'C1 First Name',
    'D1 Last Name',
    'E1 Country Code',
    'F1 Contact Number',
    'G1 Organisation',
    'H1 Department',
    'I1 Onboarding to SEED required?',
    'J1 Reason for creation',
    'A2 tan@example-agency.gov.sg',
    'C2 林 &lt;&amp;&gt;',
    'F2 0091234567',
  ]);
});

test('10,000 rows are far below what an upload may be', async () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => ({
    email: `person.${n}@example-agency.gov.sg`,
    firstName: 'Mei Ling',
    lastName: 'Tan',
    organisation: 'Example Agency',
    reason: 'Joins',
  }));
  expect((await workbookOf(rows)).size).toBeLessThan(1024 * 1024);
});
