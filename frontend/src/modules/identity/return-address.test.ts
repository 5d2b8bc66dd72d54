import { expect, test } from 'vitest'
import { safeReturnAddress } from './return-address'

test('an address of this site is returned to', () => {
  expect(safeReturnAddress('/o/survey/jobs?phase=ERROR#x')).toBe('/o/survey/jobs?phase=ERROR#x')
})

test.each([
  undefined,
  null,
  '',
  'https://elsewhere.example',
  '//elsewhere.example',
  '/\\elsewhere.example',
  '/\t/elsewhere.example',
  '/\n\\elsewhere.example',
  '/.//elsewhere.example',
  '/o/..//elsewhere.example',
  '//[',
  'javascript:alert(1)',
  '/o/../signed-in',
  '/signed-in?code=1',
  '/sign-in',
])('%s is not', (address) => expect(safeReturnAddress(address)).toBe('/'))
