// What becomes of an upload, with ExcelJS: read, check every row, find those that repeat another, encode all of them.
// `node job.js FILE`. The checks are fewer than ours.
const ExcelJS = require("exceljs");
const { peakKb } = require("./memory.js");

const FIELDS = ["email", "username", "firstName", "lastName", "countryCode", "contactNumber", "organisation", "department", "seed", "reason"];
const LINES_ABOVE = 3;
const EMAIL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

function faultsOf(row) {
  const faults = [];
  if (!EMAIL.test(row.email)) faults.push("email");
  for (const field of ["firstName", "lastName", "organisation", "reason"]) {
    if (row[field].length === 0 || row[field].length > 255) faults.push(field);
  }
  if (!/^[0-9]{8}$/.test(row.contactNumber)) faults.push("contactNumber");
  if (row.seed !== "Yes" && row.seed !== "No") faults.push("seed");
  return faults;
}

(async () => {
  const started = process.hrtime.bigint();
  const seen = new Set();
  let rows = 0;
  let bytes = 0;
  const reader = new ExcelJS.stream.xlsx.WorkbookReader(process.argv[2], { sharedStrings: "cache", worksheets: "emit" });
  for await (const sheet of reader) {
    for await (const line of sheet) {
      if (line.number <= LINES_ABOVE) continue;
      const row = {};
      FIELDS.forEach((field, index) => {
        row[field] = String(line.getCell(index + 2).value ?? "").trim();
      });
      const faults = faultsOf(row);
      const repeats = seen.has(row.email.toLowerCase());
      seen.add(row.email.toLowerCase());
      rows += 1;
      bytes += JSON.stringify({ number: rows, sheetRow: line.number, row, faults, repeats }).length;
    }
  }
  if (bytes === 0) throw new Error("no rows");
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  console.log(`rows=${rows} parse_ms=${ms.toFixed(2)} peak_rss_kb=${peakKb()}`);
})();
