import { expect, test } from 'vitest'
import { uniqueNames } from './unique-names.ts'

test.each([
  ['plain names stay', ['a.fits', 'b.fits'], ['a.fits', 'b.fits']],
  [
    'the later of two has its place in front',
    ['a.fits', 'a.fits', 'a.fits'],
    ['a.fits', '2-a.fits', '3-a.fits'],
  ],
  [
    'a name that such a one would have is not taken twice',
    ['2-a', 'a', 'a', 'a'],
    ['2-a', 'a', '3-a', '4-a'],
  ],
  ['case does not tell names apart', ['A.fits', 'a.fits'], ['A.fits', '2-a.fits']],
  [
    'separators and controls are replaced',
    ['../../etc/passwd', 'a\nb', 'a\\b'],
    ['_._.._etc_passwd', 'a_b', '3-a_b'],
  ],
  [
    'hidden and empty names are none',
    ['', '.', '..', '.profile', '-rf'],
    ['_', '2-_', '3-_', '_profile', '_rf'],
  ],
  ['letters of every script stay', ['Röntgen Bild 日本.fits'], ['Röntgen Bild 日本.fits']],
])('%s', (_, given, expected) => {
  expect(uniqueNames(given)).toEqual(expected)
})

test('a name that is too long keeps its end', () => {
  const [name = ''] = uniqueNames([`${'ä'.repeat(300)}.fits`])
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200)
  expect(name.endsWith('ä.fits')).toBe(true)
})
