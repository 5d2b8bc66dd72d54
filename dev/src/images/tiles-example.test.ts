import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { inflateSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { writeImage } from '../seed/sky/write-image.ts'
import { type ExampleFolders, exampleFolders } from './testing/example-folders.ts'

const opened: ExampleFolders[] = []
afterEach(() => {
  for (const folders of opened.splice(0)) folders.remove()
})

function tiles(): ExampleFolders {
  const folders = exampleFolders('tiles')
  opened.push(folders)
  return folders
}

const left = (folders: ExampleFolders) => readdirSync(dirname(folders.output('x'))).sort()

/** 5 x 3 pixels, from 0 below at the left to 14 above at the right; the first has no value. */
async function writeSmallImage(path: string): Promise<void> {
  const rows = [0, 1, 2].map((y) => {
    const row = Buffer.alloc(5 * 4)
    for (let x = 0; x < 5; x++) row.writeFloatBE(x === 0 && y === 0 ? Number.NaN : y * 5 + x, x * 4)
    return row
  })
  await writeImage(path, ['SIMPLE  = T', 'BITPIX  = -32', 'NAXIS   = 2', 'NAXIS1  = 5', 'NAXIS2  = 3'], rows)
}

test('an image is cut, measured tile by tile, and collected', async () => {
  const staged = tiles()
  await writeSmallImage(staged.input('image', 'small.fits'))
  await staged.python('stage_tiles.py', { TILES: '2' })
  expect(left(staged)).toEqual(['tile-00-00.fits', 'tile-00-01.fits', 'tile-01-00.fits', 'tile-01-01.fits'])

  const collected = tiles()
  for (const [number, name] of left(staged).entries()) {
    const measured = tiles()
    copyFileSync(staged.output(name), measured.input('tile', name))
    await measured.python('measure_tile.py')
    const file = name.replace('.fits', '.json')
    // As files of several containers are named apart.
    copyFileSync(measured.output(file), collected.input('measurements', `${number}-${file}`))
  }
  await collected.python('collect_tiles.py')
  expect(readFileSync(collected.output('tiles.csv'), 'utf8').trim().split('\r\n')).toEqual([
    'tile,x,y,pixels,least,most,mean',
    'tile-00-00.fits,0,0,1,1.0,1.0,1.0',
    'tile-00-01.fits,1,0,3,2.0,4.0,3.0',
    'tile-01-00.fits,0,1,4,5.0,11.0,8.0',
    'tile-01-01.fits,1,1,6,7.0,14.0,10.5',
  ])
  const { width, height, pixel } = greyPng(readFileSync(collected.output('mosaic.png')))
  expect([width, height]).toEqual([128, 128])
  // North is up: the brightest pixel is above at the right.
  expect(pixel(127, 0)).toBe(255)
  expect(pixel(0, 127)).toBe(0)
})

describe('the last line tells why', () => {
  test('an image cannot be read', async () => {
    const folders = tiles()
    writeFileSync(folders.input('image', 'a.fits'), 'x'.repeat(5760))
    await expect(folders.python('stage_tiles.py')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/a\.fits cannot be read: .*\n$/),
    })
  })

  test('it is too small for so many tiles', async () => {
    const folders = tiles()
    await writeSmallImage(folders.input('image', 'a.fits'))
    await expect(folders.python('stage_tiles.py', { TILES: '4' })).rejects.toMatchObject({
      code: 1,
      stderr: 'a.fits has 5 x 3 pixels, too few for 4 x 4 tiles\n',
    })
  })
})

/** 8 bits of grey, without filters. */
function greyPng(file: Buffer) {
  const width = file.readUInt32BE(16)
  const height = file.readUInt32BE(20)
  const at = file.indexOf('IDAT')
  const lines = inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)))
  return { width, height, pixel: (x: number, y: number) => lines[y * (width + 1) + 1 + x] }
}
