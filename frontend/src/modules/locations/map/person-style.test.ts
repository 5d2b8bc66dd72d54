import { expect, test } from 'vitest'
import { mapColors } from './map-style'
import { personColors, personStyle } from './person-style'

type Rgb = readonly [number, number, number]

function linear(hex: string): Rgb {
  const channel = (from: number) => {
    const value = Number.parseInt(hex.slice(from, from + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [channel(1), channel(3), channel(5)]
}

function times(matrix: readonly (readonly number[])[], [r, g, b]: Rgb): Rgb {
  const row = (index: number) => {
    const [x = 0, y = 0, z = 0] = matrix[index] ?? []
    return x * r + y * g + z * b
  }
  return [row(0), row(1), row(2)]
}

/** Machado, Oliveira, Fernandes 2009, severity 1. */
const visions = {
  'full colour vision': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
}

/** https://bottosson.github.io/posts/oklab/ */
function oklab(color: Rgb): Rgb {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    color.map((value) => Math.max(0, Math.min(1, value))) as unknown as Rgb,
  )
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as unknown as Rgb,
  )
}

/** WCAG 2.2 */
function contrast(one: string, other: string): number {
  const luminance = (hex: string) => {
    const [r, g, b] = linear(hex)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

const schemes = ['light', 'dark'] as const

test.each(
  schemes.flatMap((scheme) =>
    Object.entries(visions).map(([vision, matrix]) => ({ scheme, vision, matrix })),
  ),
)('persons’ colours of the $scheme scheme differ to $vision', ({ scheme, matrix }) => {
  const seen = personColors[scheme].map((color) => oklab(times(matrix, linear(color))))
  for (const [index, one] of seen.entries()) {
    for (const other of seen.slice(0, index)) {
      expect(Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2])).toBeGreaterThan(0.11)
    }
  }
})

test.each(schemes)('persons’ colours of the %s scheme stand out from land and sea', (scheme) => {
  for (const color of personColors[scheme]) {
    expect(contrast(color, mapColors[scheme].land)).toBeGreaterThan(3)
    expect(contrast(color, mapColors[scheme].sea)).toBeGreaterThan(2.5)
  }
})

test('the first twenty-four persons differ by colour or dash', () => {
  const styles = Array.from({ length: 24 }, (_, place) => JSON.stringify(personStyle(place)))
  expect(new Set(styles).size).toBe(24)
  expect(personStyle(0)).toEqual({ colorIndex: 0, dash: 'solid' })
  expect(personStyle(9)).toEqual({ colorIndex: 1, dash: 'dashed' })
})
