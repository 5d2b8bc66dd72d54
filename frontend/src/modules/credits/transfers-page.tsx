import type { TransferState } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Button, Group, MultiSelect, Select } from '@mantine/core'
import { IconArrowsExchange } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { filterFromAddress, filterToAddress, isFiltered } from './transfer-filter'
import { useTransfers } from './transfer-queries'
import { transferStateLabel, transferStates } from './transfer-words'
import { TransfersTable } from './transfers-table'
import { useCreditClasses } from './use-credit-classes'

const pageSize = 25

/** What an organisation sells and buys. */
export default function TransfersPage() {
  const organization = useOrganization()
  const mayTrade = organization.may('credits.trade')
  const [parameters, setParameters] = useSearchParams()
  const filter = filterFromAddress(parameters)
  const token = parameters.get('page') ?? ''
  const creditClasses = useCreditClasses()
  const transfers = useTransfers(organization.slug, filter, pageSize, token)
  const proposal = mayTrade && (
    <Button component={Link} to={`${organization.path}/transfers/new`}>
      Sell or buy
    </Button>
  )
  return (
    <>
      <PageHeader title="Transfers" subtitle={organization.membership?.displayName} actions={proposal} />
      <Group gap="sm" mb="md" align="flex-end" role="search" aria-label="Filter transfers">
        <MultiSelect
          label="State"
          size="sm"
          data={transferStates.map((state) => ({ value: state, label: transferStateLabel(state) }))}
          value={[...filter.states]}
          onChange={(states) =>
            setParameters(filterToAddress({ ...filter, states: states as TransferState[] }))
          }
          placeholder={filter.states.length === 0 ? 'Any' : ''}
          clearable
          flex="1 1 200px"
          maw={{ sm: 420 }}
        />
        <Select
          label="Class"
          data={(creditClasses.data ?? []).map(({ name, displayName }) => ({
            value: name,
            label: displayName,
          }))}
          value={filter.creditClass === '' ? null : filter.creditClass}
          onChange={(creditClass) =>
            setParameters(filterToAddress({ ...filter, creditClass: creditClass ?? '' }))
          }
          placeholder="Every"
          clearable
          flex="1 1 150px"
          maw={{ sm: 240 }}
        />
      </Group>
      <Panel flush>
        {transfers.data === undefined || creditClasses.data === undefined ? (
          transfers.isError ? (
            <ErrorState
              error={transfers.error}
              {...(token !== '' && toApiError(transfers.error).code === 'INVALID_ARGUMENT'
                ? { title: 'There is no such page of transfers', text: 'Begin again with the first page.' }
                : { onRetry: () => transfers.refetch() })}
            />
          ) : creditClasses.isError ? (
            <ErrorState error={creditClasses.error} onRetry={() => creditClasses.refetch()} />
          ) : (
            <ListSkeleton rows={8} />
          )
        ) : transfers.data.transfers.length === 0 ? (
          isFiltered(filter) ? (
            <EmptyState
              icon={IconArrowsExchange}
              title="No transfer matches these filters"
              text="Try fewer of them."
              action={
                <Button variant="default" onClick={() => setParameters(new URLSearchParams())}>
                  Clear filters
                </Button>
              }
            />
          ) : (
            <EmptyState
              icon={IconArrowsExchange}
              title="No transfers yet"
              text="Sell credits that your organisation does not need, or ask another one for some of theirs. The operator approves each transfer."
              action={proposal}
            />
          )
        ) : (
          <TransfersTable
            transfers={transfers.data.transfers}
            creditClasses={creditClasses.data}
            organization={organization.name}
          />
        )}
      </Panel>
      <Pager
        label="Pages of transfers"
        token={token}
        nextToken={transfers.data?.nextPageToken ?? ''}
        query={(page) => {
          const next = filterToAddress(filter)
          if (page !== '') next.set('page', page)
          return next
        }}
      />
    </>
  )
}
