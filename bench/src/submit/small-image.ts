/** A FITS image of 256 x 256 pixels with coordinates: enough for a job to have something to cut. */
export function smallImage(): Buffer {
  const cards = [
    'SIMPLE  =                    T',
    'BITPIX  =                  -32',
    'NAXIS   =                    2',
    'NAXIS1  =                  256',
    'NAXIS2  =                  256',
    "CTYPE1  = 'RA---TAN'",
    "CTYPE2  = 'DEC--TAN'",
    "CUNIT1  = 'deg     '",
    "CUNIT2  = 'deg     '",
    'CRVAL1  =                 10.0',
    'CRVAL2  =                 20.0',
    'CRPIX1  =                128.5',
    'CRPIX2  =                128.5',
    'CDELT1  =                -0.01',
    'CDELT2  =                 0.01',
    'END',
  ]
  const header = Buffer.from(
    cards
      .map((card) => card.padEnd(80))
      .join('')
      .padEnd(2880),
  )
  return Buffer.concat([header, Buffer.alloc(Math.ceil((256 * 256 * 4) / 2880) * 2880)])
}
