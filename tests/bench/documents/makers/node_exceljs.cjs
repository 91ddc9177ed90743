// A workbook by the library ExcelJS: node node_exceljs.cjs FILE, the sheets as JSON on its input.
const fs = require("fs")
const Excel = require("exceljs")

const content = JSON.parse(fs.readFileSync(0, "utf-8"))
const book = new Excel.Workbook()
book.title = content.title
book.creator = content.author
for (const sheet of content.sheets) {
  const page = book.addWorksheet(sheet.name, { views: [{ state: "frozen", ySplit: 1 }] })
  for (const row of sheet.rows) {
    row.cells.forEach((cell, at) => {
      const each = page.getCell(row.number, at + 1)
      if (cell.value !== "") each.value = cell.day ? new Date(cell.day) : cell.value
      each.numFmt = cell.form
      each.font = { bold: row.bold }
    })
  }
}
book.xlsx.writeFile(process.argv[2])
