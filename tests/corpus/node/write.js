// Writes spreadsheets as lines of JSON describe them, each with a writer of Node.js: see `../book.py`.
"use strict";

const readline = require("node:readline");

const ExcelJS = require("exceljs");
const writeExcelFile = require("write-excel-file/node").default ?? require("write-excel-file/node");
const XLSX = require("xlsx");
const Populate = require("xlsx-populate");

// A date as Excel counts it, in days from the end of 1899.
const serial = (iso) => (Date.parse(iso) - Date.UTC(1899, 11, 30)) / 86_400_000;
const letter = (column) => XLSX.utils.encode_col(column - 1);
const place = (row, column) => `${letter(column)}${row}`;
const area = ([firstRow, first, lastRow, last]) => `${place(firstRow, first)}:${place(lastRow, last)}`;
const bottom = (sheet) => Math.max(sheet.last_row, sheet.header[0] + 1);

const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

// ------------------------------------------------------------------------------------------------------- SheetJS

function sheetjsCell(cell) {
  const more = { ...(cell.format && { z: cell.format }), ...(cell.link && { l: { Target: cell.link } }) };
  switch (cell.kind) {
    case "number":
      return { t: "n", v: cell.value, ...more };
    case "boolean":
      return { t: "b", v: cell.value };
    case "date":
      return { t: "n", v: serial(cell.value), ...more };
    case "formula":
      return { t: typeof cell.result === "string" ? "s" : "n", v: cell.result, f: cell.value };
    case "error":
      return { t: "e", v: 0x2a, w: cell.value };
    case "blank":
      return { t: "z", ...more };
    default:
      return { t: "s", v: cell.value, ...more };
  }
}

function sheetjsSheet(sheet, decorations) {
  const written = { "!ref": area([1, 1, Math.max(sheet.last_row, 1), Math.max(sheet.last_column, 1)]) };
  for (const [row, column, cell] of sheet.cells) {
    written[place(row, column)] = sheetjsCell(cell);
  }
  written["!merges"] = sheet.merges.map((merge) => XLSX.utils.decode_range(area(merge)));
  if (sheet.hidden_rows.length > 0) {
    written["!rows"] = [];
    sheet.hidden_rows.forEach((row) => (written["!rows"][row - 1] = { hidden: true }));
  }
  if (sheet.hidden_columns.length > 0) {
    written["!cols"] = [];
    sheet.hidden_columns.forEach((column) => (written["!cols"][column - 1] = { hidden: true }));
  } else if (decorations.includes("widths")) {
    written["!cols"] = Array.from({ length: sheet.last_column }, () => ({ wch: 24 }));
  }
  if (sheet.header && decorations.includes("filter")) {
    written["!autofilter"] = { ref: area([sheet.header[0], sheet.header[1], bottom(sheet), sheet.header[2]]) };
  }
  if (sheet.header && decorations.includes("comments")) {
    written[place(sheet.header[0], sheet.header[1])].c = [{ a: "The secretariat", t: "Fill in each column." }];
  }
  return written;
}

function sheetjs({ path, sheets, decorations, options }) {
  const workbook = XLSX.utils.book_new();
  for (const sheet of sheets) {
    XLSX.utils.book_append_sheet(workbook, sheetjsSheet(sheet, decorations), sheet.name);
  }
  workbook.Workbook = { Sheets: sheets.map((sheet) => ({ Hidden: sheet.is_hidden ? 1 : 0 })) };
  XLSX.writeFile(workbook, path, options);
}

// ------------------------------------------------------------------------------------------------------- ExcelJS

function exceljsValue(cell) {
  switch (cell.kind) {
    case "rich":
      return { richText: cell.runs.map((run, at) => ({ text: run, ...(at > 0 && { font: { bold: true } }) })) };
    case "date":
      return new Date(`${cell.value}T00:00:00Z`);
    case "formula":
      return { formula: cell.value, result: cell.result };
    case "error":
      return { error: cell.value };
    case "blank":
      return null;
    default:
      return cell.link ? { text: cell.value, hyperlink: cell.link } : cell.value;
  }
}

function exceljsSheet(workbook, sheet, decorations) {
  const written = workbook.addWorksheet(sheet.name, { state: sheet.is_hidden ? "hidden" : "visible" });
  for (const column of sheet.hidden_columns) {
    written.getColumn(column).hidden = true;
  }
  for (const [row, column, cell] of sheet.cells) {
    const at = written.getCell(row, column);
    at.value = exceljsValue(cell);
    if (cell.format) {
      at.numFmt = cell.format;
    }
  }
  for (const row of sheet.hidden_rows) {
    written.getRow(row).hidden = true;
  }
  return written;
}

function exceljsDecorate(written, sheet, decorations) {
  const [row, first, last] = sheet.header;
  if (decorations.includes("bold")) {
    written.getRow(row).font = { bold: true };
  }
  if (decorations.includes("comments")) {
    written.getCell(row, first).note = "Fill in each column.";
  }
  if (decorations.includes("filter") && !sheet.table) {
    written.autoFilter = area([row, first, bottom(sheet), last]);
  }
  if (decorations.includes("freeze")) {
    written.views = [{ state: "frozen", xSplit: 0, ySplit: row }];
  }
  if (decorations.includes("highlight")) {
    const style = { fill: { type: "pattern", pattern: "solid", bgColor: { argb: "FFFFFF00" } } };
    const rules = [{ type: "cellIs", operator: "equal", formulae: ['"No"'], style }];
    written.addConditionalFormatting({ ref: area([row + 1, last, bottom(sheet), last]), rules });
  }
  if (decorations.includes("validation")) {
    for (let at = row + 1; at <= Math.min(bottom(sheet), row + 50); at += 1) {
      written.getCell(at, last).dataValidation = { type: "list", allowBlank: true, formulae: ['"Yes,No"'] };
    }
  }
  if (decorations.includes("widths")) {
    for (let at = first; at <= last; at += 1) {
      written.getColumn(at).width = 24;
    }
  }
}

async function exceljs({ path, sheets, decorations }) {
  const workbook = new ExcelJS.Workbook();
  for (const sheet of sheets) {
    const written = exceljsSheet(workbook, sheet);
    sheet.merges.forEach((merge) => written.mergeCells(area(merge)));
    if (sheet.table) {
      exceljsTable(written, sheet);
    }
    if (sheet.has_image) {
      const image = workbook.addImage({ base64: PICTURE, extension: "png" });
      written.addImage(image, { tl: { col: 0, row: 0 }, ext: { width: 40, height: 40 } });
    }
    if (sheet.header) {
      exceljsDecorate(written, sheet, decorations);
    }
  }
  await workbook.xlsx.writeFile(path);
}

function exceljsTable(written, sheet) {
  const [firstRow, first, lastRow, last] = sheet.table;
  const value = (row, column) => written.getCell(row, column).value;
  const all = (count, from) => Array.from({ length: count }, (_, at) => from + at);
  const columns = all(last - first + 1, first);
  const rows = all(lastRow - firstRow, firstRow + 1).map((row) => columns.map((column) => value(row, column)));
  written.addTable({
    name: "People",
    ref: place(firstRow, first),
    headerRow: true,
    columns: columns.map((column) => ({ name: value(firstRow, column) })),
    rows,
  });
}

async function exceljsStream({ path, sheets, options }) {
  const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: path, useStyles: true, ...options });
  for (const sheet of sheets) {
    exceljsSheet(workbook, sheet).commit();
  }
  await workbook.commit();
}

// ------------------------------------------------------------------------------------------------- xlsx-populate

function populateValue(cell) {
  if (cell.kind !== "rich") {
    return cell.kind === "date" ? serial(cell.value) : cell.value;
  }
  const rich = new Populate.RichText();
  cell.runs.forEach((run, at) => rich.add(run, { bold: at > 0 }));
  return rich;
}

async function populate({ path, sheets, decorations, options }) {
  const workbook = await Populate.fromBlankAsync();
  sheets.forEach((sheet, index) => {
    const written = index === 0 ? workbook.sheet(0).name(sheet.name) : workbook.addSheet(sheet.name);
    for (const [row, column, cell] of sheet.cells) {
      const at = written.cell(row, column);
      if (cell.kind === "formula") {
        at.formula(cell.value);
      } else if (cell.kind !== "blank") {
        at.value(populateValue(cell));
      }
      if (cell.format) {
        at.style("numberFormat", cell.format);
      }
      if (cell.link) {
        at.hyperlink(cell.link);
      }
    }
    sheet.merges.forEach((merge) => written.range(area(merge)).merged(true));
    sheet.hidden_rows.forEach((row) => written.row(row).hidden(true));
    sheet.hidden_columns.forEach((column) => written.column(column).hidden(true));
    if (sheet.is_hidden) {
      written.hidden(true);
    }
    if (sheet.header) {
      populateDecorate(written, sheet, decorations);
    }
  });
  await workbook.toFileAsync(path, options);
}

function populateDecorate(written, sheet, decorations) {
  const [row, first, last] = sheet.header;
  if (decorations.includes("bold")) {
    written.range(area([row, first, row, last])).style("bold", true);
  }
  if (decorations.includes("filter")) {
    written.range(area([row, first, bottom(sheet), last])).autoFilter();
  }
  if (decorations.includes("freeze")) {
    written.freezePanes(0, row);
  }
  if (decorations.includes("validation")) {
    written.range(area([row + 1, last, bottom(sheet), last])).dataValidation("Yes,No");
  }
  if (decorations.includes("widths")) {
    written.column(first).width(24);
  }
}

// ---------------------------------------------------------------------------------------------- write-excel-file

function plainCell(cell) {
  const format = cell.format ? { format: cell.format } : {};
  switch (cell?.kind) {
    case "number":
      return { type: Number, value: cell.value, ...format };
    case "boolean":
      return { type: Boolean, value: cell.value };
    case "date":
      return { type: Date, value: new Date(`${cell.value}T00:00:00Z`), ...format };
    case "formula":
      return { type: "Formula", value: `=${cell.value}` };
    case "blank":
      return { value: null };
    default:
      return { type: String, value: cell.value };
  }
}

async function plain({ path, sheets, decorations }) {
  const written = sheets.map((sheet) => {
    const data = Array.from({ length: Math.max(sheet.last_row, 1) }, () => Array(sheet.last_column).fill(null));
    for (const [row, column, cell] of sheet.cells) {
      data[row - 1][column - 1] = plainCell(cell);
    }
    for (const [firstRow, first, lastRow, last] of sheet.merges) {
      const merged = (data[firstRow - 1][first - 1] ??= { value: null });
      Object.assign(merged, { columnSpan: last - first + 1, rowSpan: lastRow - firstRow + 1 });
    }
    const sticky = decorations.includes("freeze") && sheet.header ? { stickyRowsCount: sheet.header[0] } : {};
    return { data, sheet: sheet.name, ...sticky };
  });
  await writeExcelFile(written).toFile(path);
}

const WRITERS = { sheetjs, exceljs, exceljsStream, populate, plain };

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const wanted = JSON.parse(line);
    try {
      await WRITERS[wanted.writer](wanted);
    } catch (error) {
      error.message = `${wanted.writer}, ${wanted.path}: ${error.message}`;
      throw error;
    }
  }
}

main();
