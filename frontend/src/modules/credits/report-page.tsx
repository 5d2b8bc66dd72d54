import { Anchor, Box, Button, Group, Text, TextInput } from '@mantine/core'
import { IconReportAnalytics } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { useOrganization } from '../../app/organization'
import { dayOf } from '../../ui/day'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { type Period, periodFromAddress, usualPeriods } from './report-period'
import { ReportTable } from './report-table'
import { useComplianceReport } from './use-balances'

/** Where an organisation's credits of a period came from and went to. */
export default function ReportPage() {
  const organization = useOrganization()
  const [parameters, setParameters] = useSearchParams()
  const today = dayOf(new Date())
  const period = periodFromAddress(parameters, today)
  const report = useComplianceReport(organization.slug, period.from, period.to)
  const choose = ({ from, to }: Period) => setParameters({ from, to }, { preventScrollReset: true })
  return (
    <>
      <PageHeader
        title="Compliance report"
        subtitle={
          <Group gap="xs">
            <span>{organization.membership?.displayName}</span>
            <Anchor component={Link} to={`${organization.path}/credits`} inherit>
              All credits
            </Anchor>
          </Group>
        }
      />
      <Group gap="sm" mb="md" align="flex-end" role="search" aria-label="Period of the report">
        <TextInput
          type="date"
          label="From"
          value={period.from}
          max={period.to}
          onChange={(event) => choose({ ...period, from: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label="Until"
          value={period.to}
          min={period.from}
          onChange={(event) => choose({ ...period, to: event.currentTarget.value })}
        />
        <Group gap="xs">
          {usualPeriods(today).map(({ label, period: usual }) => (
            <Button
              key={label}
              variant={usual.from === period.from && usual.to === period.to ? 'light' : 'default'}
              aria-pressed={usual.from === period.from && usual.to === period.to}
              onClick={() => choose(usual)}
            >
              {label}
            </Button>
          ))}
        </Group>
      </Group>
      <Panel title={`From ${period.from} until ${period.to}`} flush>
        {report.data === undefined ? (
          report.isError ? (
            <ErrorState error={report.error} onRetry={() => report.refetch()} />
          ) : (
            <ListSkeleton rows={4} />
          )
        ) : report.data.lines.length === 0 ? (
          <EmptyState
            icon={IconReportAnalytics}
            title="Nothing to report"
            text="Your organisation had no credits in this period."
          />
        ) : (
          <Box opacity={report.isPlaceholderData ? 0.5 : 1} aria-busy={report.isPlaceholderData}>
            <ReportTable
              lines={report.data.lines}
              label={`Compliance report from ${period.from} until ${period.to}`}
            />
          </Box>
        )}
      </Panel>
      <Text size="sm" c="dimmed" mt="sm" maw={720}>
        Days are in UTC, both included. Held credits count as your organisation’s. A deficit is what a
        reduction asked for and your organisation did not have.
      </Text>
    </>
  )
}
