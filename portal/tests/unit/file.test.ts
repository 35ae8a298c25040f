import { expect, test } from 'vitest';
import { ACCEPTED, faultOf, stemOf } from '../../src/pages/batch/intake/file';

const MAX = 1_024;
const fault = (name: string, size = 1) => faultOf({ name, size }, MAX);

test.each(['list.xlsx', 'LIST.XLSX', 'list.csv', 'New joiners 2026.CSV', 'list.ods', 'list.v2.ods'])(
  '%s is taken',
  (name) => {
    expect(fault(name)).toBeUndefined();
    expect(fault(name, MAX)).toBeUndefined();
    expect(ACCEPTED.split(',')).toContain(`.${name.split('.').pop()!.toLowerCase()}`);
  },
);

test.each(['list.tsv', 'list.txt', 'list.tab'])('%s is a text file, which can be pasted', (name) => {
  expect(fault(name)).toMatch(/^This is a text file\. .*\(\.csv\).*paste/);
});

test.each(['list.xls', 'list.xlsm', 'list.xlsb', 'list.numbers', 'list.pdf', 'xlsx', 'list.csv.zip'])(
  '%s is not read, and what is read is said',
  (name) => {
    expect(fault(name)).toMatch(/^Files of this kind .*\(\.xlsx\).*\(\.csv\).*\(\.ods\)/);
  },
);

test('what Excel keeps beside an open workbook is no list', () => {
  expect(fault('~$list.xlsx')).toMatch(/workbook itself/);
});

test.each(['list.xlsx', 'list.csv', 'list.ods'])('%s has a size of something, and no more than the bound', (name) => {
  expect(fault(name, 0)).toMatch(/empty/);
  expect(fault(name, MAX + 1)).toMatch(/too large/);
});

test('results are named as the list', () => {
  expect(['a.xlsx', 'b.CSV', 'c.d.ods', 'Pasted users'].map(stemOf)).toEqual(['a', 'b', 'c.d', 'Pasted users']);
});
