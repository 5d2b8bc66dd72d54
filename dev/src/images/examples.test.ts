import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeImage } from '../seed/sky/write-image.ts'
import { type ExampleFolders, exampleFolders } from './testing/example-folders.ts'

describe('the example image-statistics', () => {
  let folders: ExampleFolders
  const input = (name: string) => folders.input('images', name)
  const output = (name: string) => readFileSync(folders.output(name), 'utf8')
  const python = (program: string, index = 0) => folders.python(program, { FAIRLEAD_INSTANCE: String(index) })

  beforeEach(() => {
    folders = exampleFolders('image-statistics')
  })

  afterEach(() => folders.remove())

  test('measures each image of a fan-out, and makes one table of them', async () => {
    await writeFloats(input('a.fits'), [1, 2, 3, Number.NaN])
    await writeScaledIntegers(input('b.fits'), [0, 10, -32_768, 20])
    await python('measure.py', 0)
    await python('measure.py', 1)
    expect(JSON.parse(output('a.json'))).toEqual({
      image: 'a.fits',
      pixels: 3,
      least: 1,
      most: 3,
      mean: 2,
      deviation: expect.closeTo(Math.sqrt(2 / 3), 12),
    })
    // BSCALE 0.5, BZERO 100, and one BLANK.
    expect(JSON.parse(output('b.json'))).toMatchObject({ pixels: 3, least: 100, most: 110, mean: 105 })

    for (const name of ['a.json', 'b.json']) {
      copyFileSync(folders.output(name), folders.input('measurements', name))
    }
    await python('collect.py')
    const [head, ...rows] = output('statistics.csv').trim().split('\r\n')
    expect(head).toBe('image,pixels,least,most,mean,deviation')
    expect(rows).toEqual([
      expect.stringMatching(/^a\.fits,3,1\.0,3\.0,2\.0,/),
      expect.stringMatching(/^b\.fits,3,/),
    ])
  })

  test.each([
    { what: 'no FITS file', content: 'x'.repeat(2880 * 2), problem: /a\.fits cannot be read/ },
    {
      what: 'a file that breaks off',
      content: 'SIMPLE  =                    T',
      problem: /ends within a header/,
    },
  ])('says in its last line that it was given $what', async ({ content, problem }) => {
    writeFileSync(input('a.fits'), content)
    await expect(python('measure.py')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(problem),
    })
  })

  test('says that there is no image of its index', async () => {
    await expect(python('measure.py', 3)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('none has the index 3'),
    })
  })
})

const card = (keyword: string, value: number | string) =>
  `${keyword.padEnd(8)}= ${String(value).padStart(20)}`

function cards(bitpix: number, width: number, ...more: string[]): string[] {
  const axes = [card('NAXIS', 2), card('NAXIS1', width), card('NAXIS2', 1)]
  return [card('SIMPLE', 'T'), card('BITPIX', bitpix), ...axes, ...more]
}

async function writeFloats(path: string, values: readonly number[]): Promise<void> {
  const row = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) row.writeFloatBE(value, index * 4)
  await writeImage(path, cards(-32, values.length), [row])
}

async function writeScaledIntegers(path: string, values: readonly number[]): Promise<void> {
  const row = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) row.writeInt16BE(value, index * 2)
  const scaling = [card('BSCALE', 0.5), card('BZERO', 100), card('BLANK', -32_768)]
  await writeImage(path, cards(16, values.length, ...scaling), [row])
}
