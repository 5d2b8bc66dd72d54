import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { lines } from './lines.ts'

async function read(chunks: readonly (string | Buffer)[], maxBytes = 100): Promise<string[]> {
  const read: string[] = []
  const source = Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
  for await (const line of lines(source, maxBytes)) read.push(line)
  return read
}

describe('lines', () => {
  test.each([
    ['nothing', [], []],
    ['one without an end', ['a'], ['a']],
    ['empty ones', ['\n\na\n'], ['', '', 'a']],
    ['ones in pieces', ['a', 'b\nc', '\n', 'd'], ['ab', 'c', 'd']],
    ['a letter in two pieces', [Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])], ['é']],
    ['what is no UTF-8', [Buffer.from([0x61, 0xff, 0x0a])], ['a\ufffd']],
  ])('are read from %s', async (_name, chunks, expected) => {
    expect(await read(chunks)).toEqual(expected)
  })

  test('are cut where they are too long, and the next is whole', async () => {
    expect(await read(['x'.repeat(6), `${'x'.repeat(6)}\nnext\n`], 10)).toEqual([
      `${'x'.repeat(10)} [cut]`,
      'next',
    ])
    expect(await read([`${'x'.repeat(10)}\n`], 10)).toEqual(['x'.repeat(10)])
  })
})
