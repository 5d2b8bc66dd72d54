import type { CreditClass, TransactionKind } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Group, MultiSelect, Select, TextInput } from '@mantine/core'
import type { StatementFilter } from './statement-filter'
import { transactionKindLabel, transactionKinds } from './transaction-kind'

interface StatementFiltersProps {
  readonly creditClasses: readonly CreditClass[]
  readonly filter: StatementFilter
  readonly onChange: (filter: StatementFilter) => void
}

export function StatementFilters({ creditClasses, filter, onChange }: StatementFiltersProps) {
  return (
    <Group gap="sm" mb="md" align="flex-end" role="search" aria-label="Filter the statement">
      <Select
        label="Class"
        data={creditClasses.map(({ name, displayName }) => ({ value: name, label: displayName }))}
        value={filter.creditClass === '' ? null : filter.creditClass}
        onChange={(creditClass) => onChange({ ...filter, creditClass: creditClass ?? '' })}
        placeholder="Every"
        clearable
        flex="1 1 150px"
        maw={{ sm: 220 }}
      />
      <MultiSelect
        label="What"
        size="sm"
        data={transactionKinds.map((kind) => ({ value: kind, label: transactionKindLabel(kind) }))}
        value={[...filter.kinds]}
        onChange={(kinds) => onChange({ ...filter, kinds: kinds as TransactionKind[] })}
        placeholder={filter.kinds.length === 0 ? 'Anything' : ''}
        clearable
        flex="1 1 200px"
        maw={{ sm: 420 }}
      />
      <TextInput
        type="date"
        label="From"
        value={filter.from}
        max={filter.to || undefined}
        onChange={(event) => onChange({ ...filter, from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label="Until"
        value={filter.to}
        min={filter.from || undefined}
        onChange={(event) => onChange({ ...filter, to: event.currentTarget.value })}
      />
    </Group>
  )
}
