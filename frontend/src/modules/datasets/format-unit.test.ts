import { expect, test } from 'vitest'
import { formatUnit } from './format-unit'

test.each([
  ['10**(-20)*erg/s/cm**2/Angstrom', '10⁻²⁰ erg/s/cm²/Angstrom'],
  ['10^3 Jy/beam', '10³ Jy/beam'],
  ['m**+2', 'm²'],
  ['K_CMB', 'K_CMB'],
  ['m(1/2)', 'm(1/2)'],
  ['', ''],
])('the unit %s reads %s', (unit, text) => expect(formatUnit(unit)).toBe(text))
