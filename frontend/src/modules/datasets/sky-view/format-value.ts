/** A pixel value to the precision that 16-bit codes carry. */
export function formatValue(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  return size >= 1e6 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(5)))
}
