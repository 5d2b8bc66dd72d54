import { describe, expect, test } from 'vitest'
import { ROWS_MAX } from './booking.ts'
import { readBookingFile } from './read-booking-file.ts'

const header = 'organization,credit_class,amount,reference'
const bytes = (text: string) => Buffer.from(text)
const read = (text: string) => readBookingFile(bytes(text))
const row = (line: number, reference: string) => ({
  line,
  organization: 'lab',
  creditClass: 'cpu',
  amount: '1.5',
  reference,
})

describe('a file is read', () => {
  test.each([
    ['with line feeds', `${header}\nlab,cpu,1.5,a\nlab,cpu,1.5,b\n`],
    ['with carriage returns', `${header}\r\nlab,cpu,1.5,a\r\nlab,cpu,1.5,b\r\n`],
    ['with a byte order mark', `\ufeff${header}\nlab,cpu,1.5,a\nlab,cpu,1.5,b`],
    ['without a line end at its end', `${header}\nlab,cpu,1.5,a\nlab,cpu,1.5,b`],
    ['with spaces around fields', `${header}\n lab , cpu ,1.5 , a\nlab,cpu,1.5,b`],
    ['with every field in quotes', `${header}\n"lab","cpu","1.5","a"\n"lab","cpu","1.5","b"`],
    ['with its header in capitals', `${header.toUpperCase()}\nlab,cpu,1.5,a\nlab,cpu,1.5,b`],
  ])('%s', (_how, text) => {
    expect(read(text)).toEqual({ rows: [row(2, 'a'), row(3, 'b')], errors: [] })
  })

  test('with commas, quotes and other alphabets in quoted fields', () => {
    const { rows, errors } = read(`${header}\nlab,cpu,1.5,"Müller, ""α"" 測"\n`)
    expect([rows[0]?.reference, errors]).toEqual(['Müller, "α" 測', []])
  })

  test('with empty lines, which count as lines', () => {
    expect(read(`${header}\n\n\nlab,cpu,1.5,a\n\n`).rows).toEqual([row(4, 'a')])
  })

  test('up to the limit of rows', () => {
    const { rows, errors } = read(`${header}\n${'lab,cpu,1,\n'.repeat(ROWS_MAX)}`)
    expect([rows.length, rows.at(-1)?.line, errors]).toEqual([ROWS_MAX, ROWS_MAX + 1, []])
  })
})

describe('a file is refused', () => {
  test.each([
    ['that is empty', '', 1, /is empty/],
    ['of a byte order mark alone', '\ufeff', 1, /is empty/],
    ['without rows', `${header}\n`, 1, /no rows/],
    [
      'without a header',
      'lab,cpu,1.5,a\n',
      1,
      /first line must be organization,credit_class,amount,reference/,
    ],
    ['with its columns in another order', 'credit_class,organization,amount,reference\n', 1, /first line/],
    ['with a column too many', `${header},note\nlab,cpu,1,a,b\n`, 1, /first line/],
    ['that is separated by semicolons', `${header.replaceAll(',', ';')}\nlab;cpu;1,5;a\n`, 1, /semicolons/],
    ['that is separated by tabs', `${header.replaceAll(',', '\t')}\n`, 1, /tabs/],
    ['that is no table at all', '%PDF-1.7\n%\n', 1, /first line/],
  ])('%s', (_what, text, line, message) => {
    const { rows, errors } = read(text)
    expect(rows).toEqual([])
    expect(errors).toEqual([{ line, column: '', message: expect.stringMatching(message) }])
  })

  test('in another encoding than UTF-8, with the line that shows it', () => {
    const content = Buffer.concat([bytes(`${header}\nlab,cpu,1,a\nlab,cpu,1,`), Buffer.from([0xe9, 0x0a])])
    expect(readBookingFile(content).errors).toEqual([
      { line: 3, column: '', message: expect.stringContaining('not UTF-8') },
    ])
  })

  test.each([
    ['one row more than the limit', `${'lab,cpu,1,\n'.repeat(ROWS_MAX + 1)}`],
    ['as many rows as its size allows', 'l,c,1,\n'.repeat(299_000)],
  ])('with %s', (_what, text) => {
    expect(read(`${header}\n${text}`)).toEqual({
      rows: [],
      errors: [{ line: ROWS_MAX + 2, column: '', message: expect.stringContaining('more than 10,000 rows') }],
    })
  })

  test('with 1 million rows for its size, before it is looked at', () => {
    const content = bytes(`${header}\n${'lab,cpu,1,r\n'.repeat(1_000_000)}`)
    const before = process.memoryUsage().rss
    expect(readBookingFile(content)).toEqual({
      rows: [],
      errors: [{ line: 1, column: '', message: expect.stringContaining('At most 2097152 (2 MiB)') }],
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000)
  })
})

describe('a line is refused', () => {
  test('with fields missing or too many, and the others are read', () => {
    const { rows, errors } = read(`${header}\nlab,cpu\nlab,cpu,1.5,a\nlab,cpu,1,5,b\n`)
    expect(rows).toEqual([row(3, 'a')])
    expect(errors).toEqual([
      { line: 2, column: '', message: expect.stringContaining('has 2 fields') },
      { line: 4, column: '', message: expect.stringContaining('has 5 fields') },
    ])
  })

  test.each([
    ['a quote that is never closed', 'lab,cpu,1,"b\nlab,cpu,1,c\n', /quote/],
    ['a quote that nothing follows for long', `lab,cpu,1,"${'x\n'.repeat(8_000)}`, /longer than 10000 bytes/],
    ['something behind a closing quote', 'lab,cpu,1,"b"c\n', /closing quote/],
    ['a quote within a field', 'lab,cpu,1,b"c\n', /quote stands within/],
  ])('with %s, and what is before it is read', (_what, text, message) => {
    const { rows, errors } = read(`${header}\nlab,cpu,1.5,a\n${text}`)
    expect(rows).toEqual([row(2, 'a')])
    expect(errors).toEqual([
      { line: expect.any(Number), column: '', message: expect.stringMatching(message) },
    ])
    expect(errors[0]?.line).toBeGreaterThanOrEqual(3)
  })
})
