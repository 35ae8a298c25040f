// Reads a workbook with SheetJS: `node sheetjs.js FILE`.
const { peakKb } = require("./memory.js");
const XLSX = require("xlsx");

const started = process.hrtime.bigint();
const book = XLSX.readFile(process.argv[2], { dense: true });
const rows = XLSX.utils.sheet_to_json(book.Sheets[book.SheetNames[0]], { header: 1, blankrows: false }).length;
const ms = Number(process.hrtime.bigint() - started) / 1e6;
console.log(`rows=${rows} parse_ms=${ms.toFixed(2)} peak_rss_kb=${peakKb()}`);
