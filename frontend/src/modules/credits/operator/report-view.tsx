import { Anchor, Box, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconReportAnalytics } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { dayOf, endOfDay, startOfDay } from '../../../ui/day'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Pager } from '../../../ui/pager'
import { Panel } from '../../../ui/panel'
import { type Period, periodFromAddress, usualPeriods } from '../report-period'
import { ReportTable } from '../report-table'
import { deskPath, deskQuery } from './desk-address'
import { idOf } from './desk-links'
import { useComplianceReports } from './ledger-queries'
import { ReportExport } from './report-export'

/** Where the credits of every organisation came from and went to in a period. */
export default function ReportView() {
  const [parameters, setParameters] = useSearchParams()
  const today = dayOf(new Date())
  const period = periodFromAddress(parameters, today)
  const token = parameters.get('page') ?? ''
  const start = startOfDay(period.from)
  const end = endOfDay(period.to)
  const reports = useComplianceReports({ start, end }, token)
  const choose = ({ from, to }: Period) =>
    setParameters(deskQuery('report', { from, to }), { preventScrollReset: true })
  const shown = reports.data?.reports.filter(({ lines }) => lines.length > 0)
  return (
    <>
      <Group justify="space-between" align="flex-end" gap="sm" mb="md">
        <Group gap="sm" align="flex-end" role="search" aria-label="Period of the report">
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
            {usualPeriods(today).map(({ label, period: usual }) => {
              const pressed = usual.from === period.from && usual.to === period.to
              return (
                <Button
                  key={label}
                  variant={pressed ? 'light' : 'default'}
                  aria-pressed={pressed}
                  onClick={() => choose(usual)}
                >
                  {label}
                </Button>
              )
            })}
          </Group>
        </Group>
        <ReportExport start={start} end={end} fileName={`compliance-${period.from}-${period.to}`} />
      </Group>
      {shown === undefined ? (
        <Panel>
          {reports.isError ? (
            <ErrorState error={reports.error} onRetry={() => reports.refetch()} />
          ) : (
            <ListSkeleton rows={8} />
          )}
        </Panel>
      ) : shown.length === 0 ? (
        <Panel>
          <EmptyState
            icon={IconReportAnalytics}
            title="Nothing to report"
            text="No organisation had credits in this period."
          />
        </Panel>
      ) : (
        <Box opacity={reports.isPlaceholderData ? 0.5 : 1} aria-busy={reports.isPlaceholderData}>
          <Stack gap="md">
            {shown.map(({ organization, organizationDisplayName, lines }) => {
              const name = organizationDisplayName || idOf(organization)
              return (
                <Panel
                  key={organization}
                  title={name}
                  flush
                  actions={
                    <Anchor
                      component={Link}
                      size="sm"
                      aria-label={`Transactions of ${name} in the period`}
                      to={deskPath('ledger', { organization: idOf(organization), ...period })}
                    >
                      Transactions
                    </Anchor>
                  }
                >
                  <ReportTable
                    lines={lines}
                    label={`Compliance of ${name} from ${period.from} until ${period.to}`}
                  />
                </Panel>
              )
            })}
          </Stack>
        </Box>
      )}
      <Pager
        label="Pages of organisations"
        token={token}
        nextToken={reports.data?.nextPageToken ?? ''}
        query={(page) => deskQuery('report', { ...period, page })}
      />
      <Text size="sm" c="dimmed" mt="sm" maw={720}>
        Days are in UTC, both included. Held credits count as their organisation’s. A deficit is what a
        reduction asked for and the organisation did not have.
      </Text>
    </>
  )
}
