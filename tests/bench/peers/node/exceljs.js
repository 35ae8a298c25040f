// Reads a workbook with ExcelJS's streaming reader: `node exceljs.js FILE`.
const { peakKb } = require("./memory.js");
const ExcelJS = require("exceljs");

(async () => {
  const started = process.hrtime.bigint();
  let rows = 0;
  const reader = new ExcelJS.stream.xlsx.WorkbookReader(process.argv[2], { sharedStrings: "cache", worksheets: "emit" });
  for await (const sheet of reader) {
    for await (const row of sheet) {
      let cells = 0;
      row.eachCell((cell) => {
        if (String(cell.value).length > 0) cells += 1;
      });
      if (cells > 0) rows += 1;
    }
  }
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  console.log(`rows=${rows} parse_ms=${ms.toFixed(2)} peak_rss_kb=${peakKb()}`);
})();
