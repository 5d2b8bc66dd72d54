import type { BalancePoint } from '@fairlead/proto/web/fairlead/credits/v1/credits'

/** For drawing alone: numbers of whole credits, which may be rounded. */
export interface ChartPoint {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly available: number
  readonly held: number
}

export function chartPoints(points: readonly BalancePoint[], decimals: number): ChartPoint[] {
  const unit = 10 ** decimals
  return points.flatMap(({ time, available, held }) =>
    time === undefined
      ? []
      : [{ time: time.getTime(), available: Number(available) / unit, held: Number(held) / unit }],
  )
}

/** The points at which the balance is another one than before, and the first and the last: what a table shows. */
export function changesOf(points: readonly BalancePoint[]): BalancePoint[] {
  return points.filter((point, index) => {
    const before = points[index - 1]
    return (
      before === undefined ||
      index === points.length - 1 ||
      before.available !== point.available ||
      before.held !== point.held
    )
  })
}

/** Of a point on the axis of time: the hour within two days, and else the day. UTC. */
export function timeLabel(time: number, spanMs: number): string {
  const text = new Date(time).toISOString()
  return spanMs <= 2 * 86_400_000 ? text.slice(11, 16) : text.slice(5, 10)
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** "1.2M" */
export function axisLabel(value: number): string {
  return compact.format(value)
}
