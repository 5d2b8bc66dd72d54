import { describe, expect, test } from 'vitest'
import { classProblems, codeFrom, emptyClass, toClassRequest } from './class-draft'

describe('a new class of credits', () => {
  test.each([
    ['Compute 2027', 'compute-2027'],
    ['  Rechenzeit für Übung ', 'rechenzeit-fu-r-u-bung'],
    ['2027 credits', 'credits'],
    ['§§§', ''],
    ['x'.repeat(60), 'x'.repeat(39)],
  ])('%j begins with the code %j', (name, code) => {
    expect(codeFrom(name)).toBe(code)
  })

  test('tells what is wrong with it', () => {
    expect(Object.keys(classProblems({ ...emptyClass(), unit: ' ' }, 2026)).toSorted()).toEqual([
      'code',
      'displayName',
      'unit',
    ])
    const right = { ...emptyClass(), displayName: 'Compute', code: 'compute' }
    expect(classProblems(right, 2026)).toEqual({})
    for (const year of ['2025', '2201', '26', '2026.5']) {
      expect(Object.keys(classProblems({ ...right, year }, 2026))).toEqual(['year'])
    }
    expect(Object.keys(classProblems({ ...right, decimals: Number.NaN }, 2026))).toEqual(['decimals'])
  })

  test('is valid always without a year', () => {
    const request = toClassRequest({ ...emptyClass(), displayName: ' Compute ', code: 'compute' })
    expect(request).toMatchObject({ displayName: 'Compute', validityYear: 0, decimals: 2, unit: 'credit' })
    expect(toClassRequest({ ...emptyClass(), year: '2027' }).validityYear).toBe(2027)
  })
})
