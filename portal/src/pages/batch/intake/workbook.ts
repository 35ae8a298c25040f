import type { AccountField } from '../../../rules/forms';
import type { RowText } from './paste';

const COLUMNS: readonly [AccountField, string][] = [
  ['email', 'Email'],
  ['username', 'Username'],
  ['firstName', 'First Name'],
  ['lastName', 'Last Name'],
  ['countryCode', 'Country Code'],
  ['contactNumber', 'Contact Number'],
  ['organisation', 'Organisation'],
  ['department', 'Department'],
  ['seed', 'Onboarding to SEED required?'],
  ['reason', 'Reason for creation'],
];

const SCHEMA = 'http://schemas.openxmlformats.org';
const RELATION = `${SCHEMA}/officeDocument/2006/relationships`;
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const relationships = (type: string, target: string) =>
  `<Relationships xmlns="${SCHEMA}/package/2006/relationships"><Relationship Id="rId1" Type="${RELATION}/${type}" Target="${target}"/></Relationships>`;

/** Rows as a workbook, for a paste that is larger than a request may be. */
export async function workbookOf(rows: readonly RowText[]): Promise<Blob> {
  const lines = [COLUMNS.map(([, title]) => title), ...rows.map((row) => COLUMNS.map(([field]) => row[field] ?? ''))];
  const sheet = lines
    .map(
      (cells, at) =>
        `<row r="${at + 1}">${cells.map((cell, column) => (cell ? cellXml(cell, at, column) : '')).join('')}</row>`,
    )
    .join('');
  return zip([
    [
      '[Content_Types].xml',
      `<Types xmlns="${SCHEMA}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/></Types>`,
    ],
    ['_rels/.rels', relationships('officeDocument', 'xl/workbook.xml')],
    [
      'xl/workbook.xml',
      `<workbook xmlns="${SCHEMA}/spreadsheetml/2006/main" xmlns:r="${RELATION}"><sheets><sheet name="Users" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', relationships('worksheet', 'worksheets/sheet1.xml')],
    [
      'xl/worksheets/sheet1.xml',
      `<worksheet xmlns="${SCHEMA}/spreadsheetml/2006/main"><sheetData>${sheet}</sheetData></worksheet>`,
    ],
  ]);
}

function cellXml(text: string, row: number, column: number): string {
  // What XML cannot hold is a control character in any field, which the rules refuse; a space keeps the words apart.
  const plain = text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' ');
  const escaped = plain.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!);
  return `<c r="${String.fromCharCode(65 + column)}${row + 1}" t="inlineStr"><is><t xml:space="preserve">${escaped}</t></is></c>`;
}

/** A zip archive: APPNOTE.TXT, 4.3. */
async function zip(files: readonly (readonly [string, string])[]): Promise<Blob> {
  const body: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const [path, text] of files) {
    const [name, plain] = [new TextEncoder().encode(path), new TextEncoder().encode(text)];
    const packed = new Uint8Array(
      await new Response(new Blob([plain]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer(),
    );
    // Version 2.0, UTF-8 names, deflate, 1 January 1980; what a file's own header and the directory have in common.
    const common = [
      [2, 20],
      [2, 0x800],
      [2, 8],
      [2, 0],
      [2, 33],
      [4, crc32(plain)],
      [4, packed.length],
      [4, plain.length],
      [2, name.length],
      [2, 0],
    ] as const;
    const header = numbers([[4, 0x04034b50], ...common]);
    directory.push(numbers([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), name);
    body.push(header, name, packed);
    at += header.length + name.length + packed.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = numbers([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, size],
    [4, at],
    [2, 0],
  ]);
  return new Blob([...body, ...directory, end], { type: `${TYPE}.sheet` });
}

/** Little-endian numbers of the given widths in bytes. */
function numbers(of: readonly (readonly [2 | 4, number])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    of.flatMap(([width, value]) => Array.from({ length: width }, (_, byte) => (value >>> (8 * byte)) & 0xff)),
  );
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
