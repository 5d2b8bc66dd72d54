const superscripts: Readonly<Record<string, string>> = {
  '-': '⁻',
  0: '⁰',
  1: '¹',
  2: '²',
  3: '³',
  4: '⁴',
  5: '⁵',
  6: '⁶',
  7: '⁷',
  8: '⁸',
  9: '⁹',
}

/** A FITS unit as people write it: "10**(-20)*erg/s/cm**2" is "10⁻²⁰ erg/s/cm²" (FITS 4.0, section 4.3). */
export function formatUnit(unit: string): string {
  return unit
    .replace(/(?:\*\*|\^)(?:\(([+-]?\d+)\)|([+-]?\d+))/g, (_, inside: string, bare: string) =>
      [...(inside ?? bare).replace('+', '')].map((sign) => superscripts[sign] ?? sign).join(''),
    )
    .replaceAll('*', ' ')
    .trim()
}
