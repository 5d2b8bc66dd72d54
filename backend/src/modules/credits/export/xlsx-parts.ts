import { type Cell, type Column, looksLikeFormula } from './table.ts'

/* The parts of a workbook (ECMA-376 part 1, SpreadsheetML), as small as Excel and LibreOffice take them. */

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Sheets are what every other .xml is, so that this part can come first, before their number is known. */
export const contentTypes =
  `${HEAD}<Types xmlns="${PACKAGE}/content-types">` +
  '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
  `<Default Extension="xml" ContentType="${TYPE}.worksheet+xml"/>` +
  `<Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/>` +
  `<Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`

export const relationships =
  `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">` +
  `<Relationship Id="rId1" Type="${DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>`

export function workbook(sheetNames: readonly string[]): string {
  const sheets = sheetNames.map(
    (name, index) => `<sheet name="${escaped(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  )
  return `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><sheets>${sheets.join('')}</sheets></workbook>`
}

export function workbookRelationships(sheetCount: number): string {
  const sheets = Array.from(
    { length: sheetCount },
    (_, index) =>
      `<Relationship Id="rId${index + 1}" Type="${DOCUMENT}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`,
  )
  return (
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${sheets.join('')}` +
    `<Relationship Id="rId${sheetCount + 1}" Type="${DOCUMENT}/styles" Target="styles.xml"/></Relationships>`
  )
}

/** Of classes of credits. */
const DECIMALS_MAX = 6
const TITLE_STYLE = 1
/** Text that begins like a formula: editing its cell must not make it one. */
const QUOTED_STYLE = 2
const FIRST_NUMBER_STYLE = 3
/** Ids below are Excel's own. */
const FIRST_NUMBER_FORMAT = 164

const everyDecimals = Array.from({ length: DECIMALS_MAX + 1 }, (_, decimals) => decimals)
const numberFormats = everyDecimals.map(
  (decimals) =>
    `<numFmt numFmtId="${FIRST_NUMBER_FORMAT + decimals}" formatCode="#,##0${decimals === 0 ? '' : `.${'0'.repeat(decimals)}`}"/>`,
)
const numberStyles = everyDecimals.map(
  (decimals) =>
    `<xf numFmtId="${FIRST_NUMBER_FORMAT + decimals}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`,
)

export const styles =
  `${HEAD}<styleSheet xmlns="${MAIN}">` +
  `<numFmts count="${numberFormats.length}">${numberFormats.join('')}</numFmts>` +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  `<cellXfs count="${FIRST_NUMBER_STYLE + numberStyles.length}">` +
  '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>' +
  '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>' +
  `${numberStyles.join('')}</cellXfs>` +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'

/** With the title row in sight wherever one scrolls. */
export function sheetStart<Row>(columns: readonly Column<Row>[]): string {
  const widths = columns.map(
    ({ width }, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`,
  )
  return (
    `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<cols>${widths.join('')}</cols><sheetData>`
  )
}

export const sheetEnd = '</sheetData></worksheet>'

export function titleRowXml<Row>(columns: readonly Column<Row>[]): string {
  const cells = columns.map(({ title }, index) => textXml(`${columnLetters(index)}1`, title, TITLE_STYLE))
  return `<row r="1">${cells.join('')}</row>`
}

/** @param line from 1 */
export function rowXml<Row>(columns: readonly Column<Row>[], row: Row, line: number): string {
  let cells = ''
  for (const [index, { cell }] of columns.entries()) {
    cells += cellXml(`${columnLetters(index)}${line}`, cell(row))
  }
  return `<row r="${line}">${cells}</row>`
}

function cellXml(place: string, cell: Cell): string {
  if (cell === undefined) return ''
  const { kind, text } = cell
  if (kind === 'text') return textXml(place, text, looksLikeFormula(text) ? QUOTED_STYLE : 0)
  if (significantDigits(text) > EXACT_DIGITS) return textXml(place, text, 0)
  return `<c r="${place}" s="${FIRST_NUMBER_STYLE + cell.decimals}"><v>${text}</v></c>`
}

/** Excel keeps 15 digits of a number and makes zeros of the rest: longer ones are exact as text alone. */
const EXACT_DIGITS = 15

function significantDigits(decimal: string): number {
  return decimal.replace(/[^0-9]/gu, '').replace(/^0+/u, '').length
}

/** What a cell takes at most. */
const CELL_CHARACTERS_MAX = 32_767

function textXml(place: string, text: string, style: number): string {
  const styled = style === 0 ? '' : ` s="${style}"`
  const written = escaped(text.slice(0, CELL_CHARACTERS_MAX))
  return `<c r="${place}"${styled} t="inlineStr"><is><t xml:space="preserve">${written}</t></is></c>`
}

/** Most texts: nothing of what is looked for below. */
const PLAIN = /^[A-Za-z0-9 .,:;/()+-]*$/u

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/**
 * Characters that XML cannot carry are written as _xHHHH_, and what looks like that is kept from being read so
 * (ECMA-376 part 1, 22.9.2.19).
 */
function escaped(text: string): string {
  if (PLAIN.test(text)) return text
  return (
    text
      .toWellFormed()
      .replace(/_(?=x[0-9A-Fa-f]{4}_)/gu, '_x005F_')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into the file
      .replace(/[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/gu, (character) => {
        return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`
      })
      .replace(/[&<>"]/gu, (character) => entities[character] ?? character)
  )
}

/** "A" of 0, "AA" of 26. */
function columnLetters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26))
  return index < 26 ? last : columnLetters(Math.floor(index / 26) - 1) + last
}
