import { dayFromAddress } from '../../ui/day'

/** Days as YYYY-MM-DD (UTC), both included. */
export interface Period {
  readonly from: string
  readonly to: string
}

/** Periods to choose from, by the day that it is. */
export function usualPeriods(today: string): readonly { readonly label: string; readonly period: Period }[] {
  const year = Number(today.slice(0, 4))
  const quarter = Math.floor((Number(today.slice(5, 7)) - 1) / 3)
  const month = String(quarter * 3 + 1).padStart(2, '0')
  return [
    { label: 'This year', period: { from: `${year}-01-01`, to: today } },
    { label: 'This quarter', period: { from: `${year}-${month}-01`, to: today } },
    { label: 'Last year', period: { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` } },
  ]
}

/** The period that an address means; this year when it says none, or one that ends before it begins. */
export function periodFromAddress(parameters: URLSearchParams, today: string): Period {
  const from = dayFromAddress(parameters, 'from')
  const to = dayFromAddress(parameters, 'to')
  return from === '' || to === '' || to < from
    ? { from: `${today.slice(0, 4)}-01-01`, to: today }
    : { from, to }
}
