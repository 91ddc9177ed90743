// A presentation by the library PptxGenJS: node node_pptxgenjs.cjs FILE, the content as JSON on its input.
const fs = require("fs")
const Deck = require("pptxgenjs")

const content = JSON.parse(fs.readFileSync(0, "utf-8"))
const deck = new Deck()
deck.title = content.title
deck.author = content.author
let slide = null
let top = 0
let lines = []

const flush = () => {
  if (!lines.length) return
  const high = 0.5 * lines.length
  const options = (block) => ({
    bullet: block.kind === "item" ? (block.numbered ? { type: "number" } : true) : false,
    indentLevel: block.kind === "item" ? block.level - 1 : 0,
    breakLine: true,
  })
  slide.addText(lines.map((block) => ({ text: block.text, options: options(block) })), { x: 0.5, y: top, w: 9, h: high })
  top += high
  lines = []
}

for (const block of content.blocks) {
  if (block.kind === "heading") {
    if (slide) flush()
    slide = deck.addSlide()
    slide.addText(block.text, { x: 0.5, y: 0.3, w: 9, h: 0.8, fontSize: 28, bold: true })
    top = 1.4
  } else if (block.kind === "table") {
    flush()
    const head = block.head.map((text) => ({ text, options: { bold: true } }))
    slide.addTable([head, ...block.rows], { x: 0.5, y: top, w: 9 })
    top += 0.4 * (block.rows.length + 1)
  } else if (block.kind === "spoken") slide.addNotes(block.text)
  else lines.push(block)
}
flush()
deck.writeFile({ fileName: process.argv[2] })
