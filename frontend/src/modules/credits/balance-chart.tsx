import '@mantine/charts/styles.layer.css'
import type { BalancePoint, CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { AreaChart, ChartTooltip } from '@mantine/charts'
import { formatUtc } from '../../ui/format-time'
import { axisLabel, chartPoints, timeLabel } from './chart-points'

interface BalanceChartProps {
  readonly points: readonly BalancePoint[]
  readonly creditClass: CreditClass
  /** What it shows, for those who do not see it. */
  readonly label: string
}

const series = [
  { name: 'available', label: 'Available', color: 'sea.5' },
  { name: 'held', label: 'Held', color: 'yellow.6' },
]

/** Available and held credits, each from 0 on. */
export default function BalanceChart({ points, creditClass, label }: BalanceChartProps) {
  const format = new Intl.NumberFormat('en', {
    minimumFractionDigits: creditClass.decimals,
    maximumFractionDigits: creditClass.decimals,
  })
  const data = chartPoints(points, creditClass.decimals)
  const span = (data.at(-1)?.time ?? 0) - (data[0]?.time ?? 0)
  return (
    <div role="img" aria-label={label}>
      <AreaChart
        h={240}
        data={data.map((point) => ({ ...point }))}
        dataKey="time"
        type="default"
        curveType="stepAfter"
        withDots={false}
        withLegend
        legendProps={{ verticalAlign: 'top', height: 32 }}
        strokeWidth={2}
        fillOpacity={0.22}
        withGradient={false}
        tickLine="none"
        gridAxis="x"
        series={series}
        valueFormatter={(value) => format.format(value)}
        // The picture as a whole has a name; its parts are no stops for the keyboard.
        areaChartProps={{ accessibilityLayer: false, margin: { left: 4, right: 12 } }}
        areaProps={{ isAnimationActive: false }}
        xAxisProps={{
          type: 'number',
          scale: 'time',
          domain: ['dataMin', 'dataMax'],
          tickFormatter: (time: number) => timeLabel(time, span),
          minTickGap: 40,
        }}
        yAxisProps={{ tickFormatter: axisLabel, width: 48 }}
        tooltipProps={{
          content: ({ label: time, payload }) => (
            <ChartTooltip
              label={typeof time === 'number' ? formatUtc(new Date(time)) : ''}
              payload={payload ?? []}
              series={series}
              valueFormatter={(value) => format.format(value)}
            />
          ),
        }}
      />
    </div>
  )
}
