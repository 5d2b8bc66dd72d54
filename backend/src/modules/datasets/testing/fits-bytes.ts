const BLOCK_BYTES = 2880

export type HeaderValues = Readonly<Record<string, string | number | boolean>>

/** A header of the given keywords, in their order, padded to whole blocks. */
export function headerBytes(values: HeaderValues): Buffer {
  const cards = Object.entries(values).map(([keyword, value]) =>
    `${keyword.padEnd(8)}= ${valueText(value)}`.padEnd(80),
  )
  const text = [...cards, 'END'.padEnd(80)].join('')
  return Buffer.from(text.padEnd(Math.ceil(text.length / BLOCK_BYTES) * BLOCK_BYTES), 'latin1')
}

function valueText(value: string | number | boolean): string {
  if (typeof value === 'string') return `'${value.padEnd(8)}'`
  return (typeof value === 'boolean' ? (value ? 'T' : 'F') : String(value)).padStart(20)
}

/** Keywords of a TAN image in ICRS, north up, 0.1 degrees a pixel. */
export function tanKeywords(widthPx: number, heightPx: number, raDeg: number, decDeg: number): HeaderValues {
  return {
    CTYPE1: 'RA---TAN',
    CTYPE2: 'DEC--TAN',
    CRPIX1: (widthPx + 1) / 2,
    CRPIX2: (heightPx + 1) / 2,
    CRVAL1: raDeg,
    CRVAL2: decDeg,
    CDELT1: -0.1,
    CDELT2: 0.1,
    RADESYS: 'ICRS',
  }
}

/** A float32 image with a value for each pixel, counted from 0. */
export function imageBytes(
  widthPx: number,
  heightPx: number,
  pixel: (x: number, y: number) => number,
  keywords: HeaderValues = {},
): Buffer {
  const header = { SIMPLE: true, BITPIX: -32, NAXIS: 2, NAXIS1: widthPx, NAXIS2: heightPx, ...keywords }
  const data = Buffer.alloc(Math.ceil((4 * widthPx * heightPx) / BLOCK_BYTES) * BLOCK_BYTES)
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) data.writeFloatBE(pixel(x, y), 4 * (y * widthPx + x))
  }
  return Buffer.concat([headerBytes(header), data])
}
