import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { csvFile } from './csv-file.ts'
import { exportChunks } from './export-chunks.ts'
import { amountCell, decimalOf, type Table, textCell, timeCell } from './table.ts'
import { xlsxFile } from './xlsx-file.ts'

interface Line {
  readonly text: string
  readonly amount?: bigint
  readonly decimals?: number
  readonly time?: Date
}

const tableOf = (...batches: Line[][]): Table<Line> => ({
  name: 'Lines',
  columns: [
    { title: 'Text', width: 20, cell: ({ text }) => textCell(text) },
    { title: 'Amount', width: 10, cell: ({ amount, decimals = 2 }) => amountCell(amount ?? 0n, decimals) },
    { title: 'Time', width: 25, cell: ({ time }) => timeCell(time) },
  ],
  batches: (async function* () {
    yield* batches
  })(),
})

async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const bytesOf = async (pieces: AsyncIterable<Uint8Array>) => Buffer.concat(await allOf(pieces))

const csvOf = async (...batches: Line[][]) => (await bytesOf(csvFile(tableOf(...batches)))).toString()

/** The entries of a zip file by their central directory (APPNOTE 4.3.12). */
function unzipped(file: Buffer): Map<string, string> {
  const entries = new Map<string, string>()
  let at = file.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'))
  while (at >= 0 && file.readUInt32LE(at) === 0x02014b50) {
    const [size, nameLength, extraLength, commentLength, local] = [
      file.readUInt32LE(at + 20),
      file.readUInt16LE(at + 28),
      file.readUInt16LE(at + 30),
      file.readUInt16LE(at + 32),
      file.readUInt32LE(at + 42),
    ]
    const name = file.toString('utf8', at + 46, at + 46 + nameLength)
    const begin = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const data = file.subarray(begin, begin + size)
    entries.set(name, (file.readUInt16LE(at + 10) === 8 ? inflateRawSync(data) : data).toString())
    at += 46 + nameLength + extraLength + commentLength
  }
  return entries
}

const sheetOf = async (...batches: Line[][]) =>
  unzipped(await bytesOf(xlsxFile(tableOf(...batches)))).get('xl/worksheets/sheet1.xml') ?? ''

const formulas = [
  '=1+1',
  '+1',
  '-1+cmd|/c calc',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '  =1',
  '＝1',
  '=HYPERLINK("https://example.org","x")',
]

describe('a decimal', () => {
  test.each([
    [12345n, 2, '123.45'],
    [-5n, 2, '-0.05'],
    [0n, 6, '0.000000'],
    [7n, 0, '7'],
    [-9_223_372_036_854_775_808n, 3, '-9223372036854775.808'],
  ])('of %s with %i decimals is %s', (amount, decimals, text) => {
    expect(decimalOf(amount, decimals)).toBe(text)
  })
})

describe('a CSV file', () => {
  test('has titles, plain decimals, times in UTC and lines that end in CRLF', async () => {
    const time = new Date('2026-03-01T12:00:00.5Z')
    expect(await csvOf([{ text: 'a', amount: -150n, time }], [{ text: '' }])).toBe(
      'Text,Amount,Time\r\na,-1.50,2026-03-01T12:00:00.500Z\r\n,0.00,\r\n',
    )
  })

  test('quotes separators, quotes and line breaks', async () => {
    expect(await csvOf([{ text: 'a,"b"\r\nc' }])).toContain('\r\n"a,""b""\r\nc",0.00,')
  })

  test.each(formulas)('makes no formula of %j', async (text) => {
    const [, line = ''] = (await csvOf([{ text }])).split(/(?<=Time)\r\n/u)
    expect(line.replace(/^"/u, '').startsWith("'")).toBe(true)
  })

  test('leaves negative amounts numbers', async () => {
    expect(await csvOf([{ text: 'x', amount: -1n }])).toContain('x,-0.01,')
  })

  test('of no lines has its titles', async () => {
    expect(await csvOf()).toBe('Text,Amount,Time\r\n')
  })
})

describe('a workbook', () => {
  test('begins with its types, so that it is known for what it is', async () => {
    const file = await bytesOf(xlsxFile(tableOf([])))
    expect(file.toString('latin1', 0, 4)).toBe('PK\u0003\u0004')
    expect(file.toString('latin1', 30, 49)).toBe('[Content_Types].xml')
  })

  test('has amounts as numbers with the decimals of their class', async () => {
    const sheet = await sheetOf([{ text: 'a', amount: -123_450n, decimals: 3 }])
    expect(sheet).toContain('<c r="B2" s="6"><v>-123.450</v></c>')
  })

  test('has what Excel would round as text', async () => {
    const sheet = await sheetOf([{ text: 'a', amount: 1_234_567_890_123_456n }])
    expect(sheet).toContain(
      '<c r="B2" t="inlineStr"><is><t xml:space="preserve">12345678901234.56</t></is></c>',
    )
  })

  test.each(formulas)('makes no formula of %j', async (text) => {
    const sheet = await sheetOf([{ text }])
    expect(sheet).toContain('<c r="A2" s="2" t="inlineStr">')
    expect(sheet).not.toContain('<f>')
  })

  test.each([
    ['<a> & "b"', '&lt;a&gt; &amp; &quot;b&quot;'],
    ['a\u0000b\u001Fc', 'a_x0000_b_x001F_c'],
    ['_x0041_', '_x005F_x0041_'],
    ['\uD800', '\uFFFD'],
    ['a\r\nb', 'a_x000D_\nb'],
    ['\uFFFF', '_xFFFF_'],
    ['\u{1F52D} é', '\u{1F52D} é'],
  ])('carries %j', async (text, written) => {
    expect(await sheetOf([{ text }])).toContain(`<t xml:space="preserve">${written}</t>`)
  })

  test('cuts what a cell cannot hold', async () => {
    const sheet = await sheetOf([{ text: 'x'.repeat(40_000) }])
    expect(sheet).toContain(`>${'x'.repeat(32_767)}<`)
  })

  test('goes on in another sheet when one is full', async () => {
    const lines = Array.from({ length: 7 }, (_, index) => ({ text: `line ${index}` }))
    const table = tableOf(lines.slice(0, 3), lines.slice(3))
    const entries = unzipped(await bytesOf(xlsxFile(table, { sheetRowsMax: 4 })))
    const sheets = [1, 2, 3].map((number) => entries.get(`xl/worksheets/sheet${number}.xml`) ?? '')
    expect(sheets.map((sheet) => sheet.match(/line \d/gu))).toEqual([
      ['line 0', 'line 1', 'line 2'],
      ['line 3', 'line 4', 'line 5'],
      ['line 6'],
    ])
    for (const sheet of sheets) expect(sheet).toContain('>Text<')
    expect(entries.get('xl/workbook.xml')).toContain('<sheet name="Lines (3)" sheetId="3" r:id="rId3"/>')
    expect(entries.get('xl/_rels/workbook.xml.rels')).toContain('Target="worksheets/sheet3.xml"')
  })

  test('of exactly a sheet of lines has no empty second one', async () => {
    const lines = Array.from({ length: 3 }, () => ({ text: 'x' }))
    const entries = unzipped(await bytesOf(xlsxFile(tableOf(lines), { sheetRowsMax: 4 })))
    expect([...entries.keys()].filter((name) => name.startsWith('xl/worksheets/'))).toHaveLength(1)
  })
})

const quoted = (text: string) => (/[",]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
const hasLibreOffice = spawnSync('soffice', ['--version']).status === 0

test.skipIf(!hasLibreOffice)(
  'LibreOffice reads what was written, where it is installed',
  { timeout: 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-xlsx-'))
    try {
      const texts = [...formulas.filter((text) => !/\s/u.test(text)), '<a> & "b"', '_x0041_', '\u{1F52D} é']
      const lines = texts.map((text, index) => ({ text, amount: BigInt(index - 5) * 123_456_789n }))
      const book = join(folder, 'book.xlsx')
      await writeFile(book, await bytesOf(xlsxFile(tableOf(lines), { sheetRowsMax: 5 })))
      // Field and text separators, UTF-8, English, and every sheet in a file of its own.
      const filter = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true,false,false,false,-1'
      await promisify(execFile)('soffice', [
        `-env:UserInstallation=${pathToFileURL(join(folder, 'profile'))}`,
        '--headless',
        '--convert-to',
        filter,
        '--outdir',
        folder,
        book,
      ])
      const read = [
        await readFile(join(folder, 'book-Lines.csv'), 'utf8'),
        await readFile(join(folder, 'book-Lines (2).csv'), 'utf8'),
      ].flatMap((sheet) => sheet.trimEnd().split('\n').slice(1))
      expect(read).toEqual(
        lines.map(({ text, amount }) => `${quoted(text)},${Number(decimalOf(amount, 2))},`),
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
)

describe('an export', () => {
  const endless = (told: { read: number; left: boolean }): Table<Line> => ({
    ...tableOf(),
    batches: (async function* () {
      try {
        for (;;) {
          told.read++
          yield Array.from({ length: 1_000 }, (_, index) => ({ text: `${told.read}.${Math.sin(index)}` }))
        }
      } finally {
        told.left = true
      }
    })(),
  })

  test.each(['CSV', 'XLSX'] as const)('as %s reads no more lines than are taken', async (format) => {
    const told = { read: 0, left: false }
    const chunks = exportChunks(endless(told), format)
    for (let taken = 0; taken < 3; taken++) await chunks.next()
    const read = told.read
    expect(read).toBeLessThan(60)
    // Whatever was on its way has arrived by then.
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(told.read - read).toBeLessThan(60)
    await chunks.return()
    expect(told.left).toBe(true)
  })

  test.each(['CSV', 'XLSX'] as const)('as %s fails with what its lines fail with', async (format) => {
    const table: Table<Line> = {
      ...tableOf(),
      batches: (async function* () {
        yield [{ text: 'a' }]
        throw new Error('the database went away')
      })(),
    }
    await expect(allOf(exportChunks(table, format))).rejects.toThrow('the database went away')
  })

  test('tells its type with every piece', async () => {
    const chunks = await allOf(exportChunks(tableOf([{ text: 'a' }]), 'XLSX'))
    expect(chunks.map(({ contentType }) => contentType)).toEqual([
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    ])
  })
})
