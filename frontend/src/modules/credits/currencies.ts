const names = new Intl.DisplayNames('en', { type: 'currency' })
const usual = ['EUR', 'USD', 'GBP', 'CHF', 'JPY']

/** ISO 4217 codes with their names, the usual ones first. */
export function currencies(): { value: string; label: string }[] {
  const all = new Set([...usual, ...Intl.supportedValuesOf('currency')])
  return [...all].map((code) => ({ value: code, label: `${code} ${names.of(code) ?? ''}`.trim() }))
}
