/** Sky image of 32-bit floats about a position, as a FITS file (standard 4.0): one that no installation has yet. */
export function skyImage(side: number, raDeg: number, decDeg: number): Buffer {
  const cards = [
    ['SIMPLE', 'T'],
    ['BITPIX', '-32'],
    ['NAXIS', '2'],
    ['NAXIS1', String(side)],
    ['NAXIS2', String(side)],
    ['CTYPE1', "'RA---TAN'"],
    ['CTYPE2', "'DEC--TAN'"],
    ['CRVAL1', String(raDeg)],
    ['CRVAL2', String(decDeg)],
    ['CRPIX1', String(side / 2)],
    ['CRPIX2', String(side / 2)],
    ['CDELT1', '-0.001'],
    ['CDELT2', '0.001'],
    ['CUNIT1', "'deg'"],
    ['CUNIT2', "'deg'"],
    ['BUNIT', "'Jy'"],
  ].map(([keyword = '', value = '']) => `${keyword.padEnd(8)}= ${value.padStart(20)}`.padEnd(80))
  const header = [...cards, 'END'.padEnd(80)].join('')
  const block = 2880
  const pixels = Buffer.alloc(Math.ceil((side * side * 4) / block) * block)
  for (let at = 0; at < side * side; at += 1) {
    pixels.writeFloatBE(Math.hypot((at % side) - side / 2, Math.floor(at / side) - side / 2), at * 4)
  }
  return Buffer.concat([Buffer.from(header.padEnd(Math.ceil(header.length / block) * block)), pixels])
}
