import type { BalancePoint, CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Box, Group, SegmentedControl, Select, Skeleton } from '@mantine/core'
import { IconChartLine } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useSearchParams } from 'react-router'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { Panel } from '../../ui/panel'
import { formatAmount } from './amount'
import { BalanceTable } from './balance-table'
import { chartPeriods, periodOf } from './chart-period'
import { useBalanceHistory } from './use-balances'
import { classCode } from './use-credit-classes'

const BalanceChart = lazy(() => import('./balance-chart'))

interface BalanceHistoryProps {
  readonly organization: string
  /** Those that there is a balance of. */
  readonly creditClasses: readonly CreditClass[]
}

/** How much of one class there was, as a chart or a table. */
export function BalanceHistory({ organization, creditClasses }: BalanceHistoryProps) {
  const [parameters, setParameters] = useSearchParams()
  const [shownAs, setShownAs] = useState('chart')
  const creditClass =
    creditClasses.find(({ name }) => classCode(name) === parameters.get('class')) ?? creditClasses[0]
  const period = periodOf(parameters)
  const history = useBalanceHistory(organization, creditClass?.name ?? '', period)
  if (creditClass === undefined) return null

  const choose = (name: string, value: string) => {
    const next = new URLSearchParams(parameters)
    next.set(name, value)
    setParameters(next, { replace: true, preventScrollReset: true })
  }
  const points = history.data
  return (
    <Panel
      title="Balance over time"
      actions={
        <SegmentedControl
          size="xs"
          value={shownAs}
          onChange={setShownAs}
          data={[
            { value: 'chart', label: 'Chart' },
            { value: 'table', label: 'Table' },
          ]}
          aria-label="Show as"
        />
      }
    >
      <Group gap="sm" mb="sm" align="center">
        <Select
          aria-label="Credit class"
          size="xs"
          data={creditClasses.map(({ name, displayName }) => ({
            value: classCode(name),
            label: displayName,
          }))}
          value={classCode(creditClass.name)}
          allowDeselect={false}
          onChange={(code) => code !== null && choose('class', code)}
          flex="1 1 160px"
          maw={280}
        />
        <SegmentedControl
          size="xs"
          value={String(period.days)}
          onChange={(value) => choose('days', value)}
          data={chartPeriods.map(({ days, label }) => ({ value: String(days), label }))}
          aria-label="Period"
        />
      </Group>
      <Box mih={240} opacity={history.isPlaceholderData ? 0.5 : 1}>
        {points === undefined ? (
          history.isError ? (
            <ErrorState error={history.error} onRetry={() => history.refetch()} />
          ) : (
            <Loading />
          )
        ) : points.every(({ available, held }) => available === 0n && held === 0n) ? (
          <EmptyState icon={IconChartLine} title="No credits in this period" compact />
        ) : shownAs === 'table' ? (
          <BalanceTable points={points} creditClass={creditClass} />
        ) : (
          <Suspense fallback={<Loading />}>
            <BalanceChart points={points} creditClass={creditClass} label={summary(points, creditClass)} />
          </Suspense>
        )}
      </Box>
    </Panel>
  )
}

function Loading() {
  return <Skeleton height={240} radius="sm" data-testid="loading" role="status" aria-label="Loading" />
}

function summary(points: readonly BalancePoint[], { displayName, decimals }: CreditClass): string {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return displayName
  return `${displayName}: ${formatAmount(first.available, decimals)} available at first, ${formatAmount(last.available, decimals)} now. The table has the figures.`
}
