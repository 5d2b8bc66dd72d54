import { Button, Group, MultiSelect, Text, TextInput } from '@mantine/core'
import { IconBook2 } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useSearchParams } from 'react-router'
import { toApiError } from '../../../app/api-error'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Pager } from '../../../ui/pager'
import { Panel } from '../../../ui/panel'
import { StaleNotice } from '../../operations/stale-notice'
import { transactionKindLabel, transactionKinds } from '../transaction-kind'
import { deskQuery } from './desk-address'
import { ClassFilter, OrganizationFilter } from './desk-filters'
import { useTransactions } from './ledger-queries'
import {
  isFiltered,
  type TransactionFilter,
  transactionFilterFrom,
  transactionFilterTo,
} from './transaction-filter'
import { TransactionsTable } from './transactions-table'

/** Every transaction, newest first, narrowed by what the address says. */
export function TransactionsExplorer() {
  const [parameters, setParameters] = useSearchParams()
  const filter = transactionFilterFrom(parameters)
  const token = parameters.get('page') ?? ''
  const transactions = useTransactions(filter, token)
  const change = (changed: Partial<TransactionFilter>) =>
    setParameters(deskQuery('ledger', transactionFilterTo({ ...filter, ...changed })), {
      preventScrollReset: true,
    })
  const filtered = isFiltered(filter)
  const shown = transactions.data?.transactions
  return (
    <div>
      <Group gap="sm" mb="md" align="flex-end" role="search" aria-label="Filter transactions">
        <OrganizationFilter
          value={filter.organization}
          onChange={(organization) => change({ organization })}
        />
        <ClassFilter value={filter.creditClass} onChange={(creditClass) => change({ creditClass })} />
        <MultiSelect
          label="Kind"
          size="sm"
          data={transactionKinds.map((kind) => ({ value: kind, label: transactionKindLabel(kind) }))}
          value={[...filter.kinds]}
          onChange={(kinds) => change({ kinds: transactionKinds.filter((kind) => kinds.includes(kind)) })}
          placeholder={filter.kinds.length === 0 ? 'Any' : ''}
          clearable
          clearButtonProps={{ 'aria-label': 'Any kind' }}
          flex="1 1 180px"
          maw={{ sm: 320 }}
        />
        <TextInput
          type="date"
          label="From (UTC)"
          value={filter.from}
          max={filter.to || undefined}
          onChange={(event) => change({ from: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label="Until (UTC)"
          value={filter.to}
          min={filter.from || undefined}
          onChange={(event) => change({ to: event.currentTarget.value })}
        />
        <ReferenceFilter
          key={filter.reference}
          value={filter.reference}
          onChange={(reference) => change({ reference })}
        />
      </Group>
      <Panel title="Transactions" flush>
        {shown === undefined ? (
          transactions.isError ? (
            <ErrorState
              error={transactions.error}
              {...(toApiError(transactions.error).code === 'INVALID_ARGUMENT'
                ? {
                    action: (
                      <Button variant="default" onClick={() => setParameters(deskQuery('ledger'))}>
                        Clear filters
                      </Button>
                    ),
                  }
                : { onRetry: () => transactions.refetch() })}
            />
          ) : (
            <ListSkeleton rows={8} />
          )
        ) : shown.length === 0 ? (
          <EmptyState
            icon={IconBook2}
            title={filtered ? 'No transaction matches these filters' : 'The ledger is empty'}
            text={filtered ? 'Try fewer of them.' : 'Credits come into being by an issuance, under Bookings.'}
            action={
              filtered && (
                <Button variant="default" onClick={() => setParameters(deskQuery('ledger'))}>
                  Clear filters
                </Button>
              )
            }
          />
        ) : (
          <TransactionsTable transactions={shown} />
        )}
        {shown !== undefined && <StaleNotice error={transactions.error} />}
      </Panel>
      <Pager
        label="Pages of transactions"
        token={token}
        nextToken={transactions.data?.nextPageToken ?? ''}
        query={(page) => deskQuery('ledger', { ...transactionFilterTo(filter), page })}
      />
    </div>
  )
}

interface ReferenceFilterProps {
  readonly value: string
  readonly onChange: (reference: string) => void
}

/** Takes effect when it is left or Enter is pressed: no list is read for half a name. */
function ReferenceFilter({ value, onChange }: ReferenceFilterProps) {
  const [typed, setTyped] = useState(value)
  const apply = () => {
    if (typed.trim() !== value) onChange(typed.trim())
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    apply()
  }
  return (
    <Text component="form" onSubmit={submit} flex="1 1 220px" maw={{ sm: 320 }}>
      <TextInput
        label="Reference"
        placeholder="transfers/…, creditBookings/…"
        autoComplete="off"
        spellCheck={false}
        maxLength={160}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={apply}
      />
    </Text>
  )
}
