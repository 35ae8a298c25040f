/** What the browser offers when a file is chosen: by the ends of names, and by types where there are such. */
export const ACCEPTED = [
  '.xlsx,.csv,.ods',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'text/csv',
  'application/vnd.oasis.opendocument.spreadsheet',
].join();

const READ = /\.(xlsx|csv|ods)$/i;
const KINDS = 'Excel Workbook (.xlsx), CSV UTF-8 (.csv) or OpenDocument Spreadsheet (.ods)';

/** The name of a list without the end that says its kind. */
export const stemOf = (name: string): string => name.replace(READ, '');

/** What is wrong with a file, as far as can be said before it is sent; the server decides. */
export function faultOf({ name, size }: Pick<File, 'name' | 'size'>, maxBytes: number): string | undefined {
  // Excel keeps such a file beside a workbook that is open.
  if (name.startsWith('~$')) return 'This file only says that a workbook is open. Choose the workbook itself.';
  if (/\.(tsv|tab|txt)$/i.test(name)) return `This is a text file. Save it as ${KINDS}, or paste its text.`;
  if (!READ.test(name)) return `Files of this kind are not read. Save it as ${KINDS}.`;
  if (size === 0) return 'This file is empty. Fill in the template first.';
  if (size > maxBytes)
    return 'This file is too large. Save it as Excel Workbook (.xlsx), or split it into smaller files.';
  return undefined;
}
