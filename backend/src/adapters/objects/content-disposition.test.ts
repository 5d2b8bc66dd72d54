import { expect, test } from 'vitest'
import { contentDisposition } from './content-disposition.ts'

test.each([
  ['attachment', 'cutout.fits', 'attachment; filename="cutout.fits"'],
  ['inline', 'a b.png', 'inline; filename="a b.png"'],
  ['attachment', 'Müller.fits', `attachment; filename="M_ller.fits"; filename*=UTF-8''M%C3%BCller.fits`],
  ['attachment', 'a"b.fits', `attachment; filename="a_b.fits"; filename*=UTF-8''a%22b.fits`],
  ['attachment', "it's (1)*.fits", `attachment; filename="it's (1)*.fits"`],
  ['attachment', "é's (1)*", `attachment; filename="_'s (1)*"; filename*=UTF-8''%C3%A9%27s%20%281%29%2A`],
  ['attachment', 'a\r\nset-cookie: b', 'attachment; filename="a__set-cookie: b"'],
  ['attachment', '../../etc/passwd', 'attachment; filename=".._.._etc_passwd"'],
  ['attachment', '\ud800', `attachment; filename="_"; filename*=UTF-8''%EF%BF%BD`],
] as const)('%s %j', (disposition, fileName, expected) => {
  expect(contentDisposition(disposition, fileName)).toBe(expected)
})
