// A Word document by the library docx: node node_docx.cjs FILE, the content as JSON on its input.
const fs = require("fs")
const d = require("docx")

const content = JSON.parse(fs.readFileSync(0, "utf-8"))
const levels = [1, 2, 3].map((level) => d.HeadingLevel[`HEADING_${level}`])
const notes = {}
const children = []

const words = (block) => block.runs.map((run) => run.note
  ? new d.FootnoteReferenceRun(block.number)
  : new d.TextRun({ text: run.text, bold: run.bold }))

const cell = (text, bold) => new d.TableCell({ children: [new d.Paragraph({ children: [new d.TextRun({ text, bold })] })] })

for (const block of content.blocks) {
  if (block.kind === "heading") children.push(new d.Paragraph({ text: block.text, heading: levels[block.level - 1] }))
  else if (block.kind === "note") notes[block.number] = { children: [new d.Paragraph({ children: words(block) })] }
  else if (block.kind === "item") {
    const numbered = { numbering: { reference: "steps", level: 0 } }
    children.push(new d.Paragraph({ children: words(block), ...(block.numbered ? numbered : { bullet: { level: block.level - 1 } }) }))
  } else if (block.kind === "table") {
    if (block.text) children.push(new d.Paragraph({ text: block.text, style: "Caption" }))
    const rows = block.rows.map((row) => new d.TableRow({ children: row.map((text) => cell(text, false)) }))
    const head = new d.TableRow({ tableHeader: true, children: block.head.map((text) => cell(text, true)) })
    children.push(new d.Table({ rows: [head, ...rows] }))
  } else for (const line of block.kind === "code" ? block.text.split("\n") : [null]) {
    children.push(new d.Paragraph(line === null ? { children: words(block) } : { text: line }))
  }
}

const level = { level: 0, format: d.LevelFormat.DECIMAL, text: "%1.", alignment: d.AlignmentType.LEFT }
const footer = new d.Footer({ children: [new d.Paragraph({ children: [new d.TextRun({ children: ["— ", d.PageNumber.CURRENT, " —"] })] })] })
const document = new d.Document({
  title: content.title,
  creator: content.author,
  footnotes: notes,
  numbering: { config: [{ reference: "steps", levels: [level] }] },
  sections: [{ footers: { default: footer }, children }],
})
d.Packer.toBuffer(document).then((data) => fs.writeFileSync(process.argv[2], data))
