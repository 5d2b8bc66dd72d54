import fc from 'fast-check'
import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import {
  BLANK_CODE,
  COLOR_MAPS,
  colorTable,
  flipRows,
  isColorMap,
  isStretch,
  percentiles,
  renderCodes,
  renderValues,
  STRETCHES,
  stretchFunction,
} from './index.ts'
import { encodePng } from './png.ts'
import { encodeTile } from './tile-codes.ts'

const gray = { stretch: 'linear', colorMap: 'gray' } as const

describe('stretchFunction', () => {
  test.each(STRETCHES)('%s rises from 0 to 1', (stretch) => {
    const curve = stretchFunction(stretch)
    expect(curve(0)).toBe(0)
    expect(curve(1)).toBeCloseTo(1, 12)
    for (let i = 1; i <= 100; i++) expect(curve(i / 100)).toBeGreaterThan(curve((i - 1) / 100))
  })

  test('lifts faint values in all but the linear one', () => {
    for (const stretch of STRETCHES) {
      if (stretch === 'linear') expect(stretchFunction(stretch)(0.1)).toBe(0.1)
      else expect(stretchFunction(stretch)(0.1)).toBeGreaterThan(0.25)
    }
  })

  test('has names that are told from others', () => {
    expect([isStretch('asinh'), isStretch('cube'), isColorMap('viridis'), isColorMap('toString')]).toEqual([
      true,
      false,
      true,
      false,
    ])
  })
})

describe('colorTable', () => {
  test.each(COLOR_MAPS)('%s has 256 colours', (map) => {
    expect(colorTable(map)).toHaveLength(768)
  })

  test.each(['gray', 'viridis', 'inferno', 'magma', 'plasma', 'cividis', 'heat'] as const)(
    '%s grows lighter all the way',
    (map) => {
      const table = colorTable(map)
      const lightness = (i: number) =>
        0.2126 * table[3 * i]! + 0.7152 * table[3 * i + 1]! + 0.0722 * table[3 * i + 2]!
      for (let i = 16; i < 256; i += 16) expect(lightness(i)).toBeGreaterThan(lightness(i - 16))
    },
  )

  test('begins and ends viridis as its authors do', () => {
    const table = colorTable('viridis')
    expect([...table.subarray(0, 3)]).toEqual([68, 1, 84])
    expect([...table.subarray(765)]).toEqual([253, 231, 36])
  })
})

describe('percentiles', () => {
  test('interpolate between the finite values', () => {
    const values = [Number.NaN, 3, 1, Number.POSITIVE_INFINITY, 2, 4, Number.NEGATIVE_INFINITY, 5]
    expect(percentiles(values, [0, 25, 50, 90, 100])).toEqual([1, 2, 3, 4.6, 5])
  })

  test('are NaN where nothing is finite', () => {
    expect(percentiles([Number.NaN], [1, 99])).toEqual([Number.NaN, Number.NaN])
  })
})

describe('renderValues', () => {
  test('clips at the cuts and leaves NaN transparent', () => {
    const rgba = renderValues([-5, 0, 50, 100, 500, Number.NaN, Number.POSITIVE_INFINITY], {
      ...gray,
      minimum: 0,
      maximum: 100,
    })
    expect([...rgba].filter((_, i) => i % 4 === 0)).toEqual([0, 0, 128, 255, 255, 0, 255])
    expect([...rgba].filter((_, i) => i % 4 === 3)).toEqual([255, 255, 255, 255, 255, 0, 255])
  })

  test('turns the colours round', () => {
    expect(renderValues([0, 1], { ...gray, minimum: 0, maximum: 1, reverse: true })[0]).toBe(255)
  })

  test('draws an image of one value', () => {
    expect([...renderValues([7, 7], { ...gray, minimum: 7, maximum: 7 })]).toEqual([
      0, 0, 0, 255, 0, 0, 0, 255,
    ])
  })
})

describe('renderCodes', () => {
  test('draws a tile as its values would be drawn', () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i) * 40)
    values[7] = Number.NaN
    const tile = encodeTile(values, 10, { x: 0, width: 10, height: 10 })
    const appearance = { stretch: 'asinh', colorMap: 'inferno', minimum: -20, maximum: 35 } as const
    const fromCodes = renderCodes(tile.codes, {
      ...appearance,
      codeMinimum: tile.minimum,
      codeMaximum: tile.maximum,
    })
    const fromValues = renderValues(values, appearance)
    const worst = fromCodes.reduce((most, byte, i) => Math.max(most, Math.abs(byte - fromValues[i]!)), 0)
    expect(worst).toBeLessThanOrEqual(8)
    expect(fromCodes[7 * 4 + 3]).toBe(0)
  })
})

describe('encodeTile', () => {
  test('keeps every value to within half a step of its range', () => {
    const value = fc.oneof(
      fc.float({ noDefaultInfinity: true, min: -1e6, max: 1e6 }),
      fc.constant(Number.NaN),
    )
    fc.assert(
      fc.property(fc.array(value, { minLength: 12, maxLength: 12 }), (list) => {
        const values = Float64Array.from(list)
        const { minimum, maximum, codes } = encodeTile(values, 4, { x: 1, width: 3, height: 3 })
        codes.forEach((code, i) => {
          const original = values[Math.floor(i / 3) * 4 + 1 + (i % 3)]!
          if (Number.isNaN(original)) expect(code).toBe(BLANK_CODE)
          else {
            const step = (maximum - minimum) / 65534
            expect(Math.abs(minimum + code * step - original)).toBeLessThanOrEqual(0.501 * step)
          }
        })
      }),
    )
  })

  test('is blank throughout where nothing is finite', () => {
    const tile = encodeTile(new Float64Array(4).fill(Number.NaN), 2, { x: 0, width: 2, height: 2 })
    expect(tile).toEqual({ minimum: 0, maximum: 0, codes: new Uint16Array(4).fill(BLANK_CODE) })
  })
})

describe('flipRows', () => {
  test('puts the last row first', () => {
    const rgba = Uint8ClampedArray.from([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    expect([...flipRows(rgba, 1, 3)]).toEqual([3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1])
  })
})

describe('encodePng', () => {
  const pixels = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
    .chain(([width, height]) =>
      fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        rgba: fc.uint8Array({ minLength: 4 * width * height, maxLength: 4 * width * height }),
        opaque: fc.boolean(),
      }),
    )
  test('writes files that another reader decodes to the same pixels', async () => {
    await fc.assert(
      fc.asyncProperty(pixels, async ({ width, height, rgba, opaque }) => {
        if (opaque) for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255
        const png = PNG.sync.read(Buffer.from(await encodePng(rgba, width, height)))
        expect([png.width, png.height]).toEqual([width, height])
        expect(Buffer.compare(png.data, rgba)).toBe(0)
      }),
    )
  })

  test('refuses pixels that do not fill the image', async () => {
    await expect(encodePng(new Uint8Array(12), 2, 2)).rejects.toThrow(RangeError)
  })
})
