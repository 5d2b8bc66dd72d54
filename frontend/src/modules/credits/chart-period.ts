export interface ChartPeriod {
  readonly days: number
  readonly label: string
  /** Points of the chart at equal distances, the ends included. */
  readonly pointCount: number
}

const month: ChartPeriod = { days: 30, label: 'Month', pointCount: 121 }

/** How far back a chart may look: a day by quarters of an hour, a year by days. */
export const chartPeriods: readonly ChartPeriod[] = [
  { days: 1, label: 'Day', pointCount: 97 },
  { days: 7, label: 'Week', pointCount: 169 },
  month,
  { days: 90, label: '90 days', pointCount: 181 },
  { days: 365, label: 'Year', pointCount: 366 },
]

/** The period that an address means; a month when it says none. */
export function periodOf(parameters: URLSearchParams): ChartPeriod {
  return chartPeriods.find(({ days }) => String(days) === parameters.get('days')) ?? month
}
