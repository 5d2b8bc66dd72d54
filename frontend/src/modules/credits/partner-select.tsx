import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTradePartners } from './transfer-queries'

interface PartnerSelectProps {
  readonly organization: string
  /** "organizations/{organization}", or empty. */
  readonly value: string
  readonly label: string
  readonly error: string | undefined
  readonly onChange: (partner: string, displayName: string) => void
}

/** Finds the other side by a part of its name. */
export function PartnerSelect({ organization, value, label, error, onChange }: PartnerSelectProps) {
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState<{ value: string; label: string }>()
  // What is shown of the chosen one is no search of its own.
  const [query] = useDebouncedValue(typed === chosen?.label ? '' : typed.trim(), 200)
  const partners = useTradePartners(organization, query)
  const found = (partners.data ?? []).map(({ organization: name, displayName }) => ({
    value: name,
    label: displayName || name,
  }))
  const known = found.find((option) => option.value === value) ?? chosen
  const data =
    known === undefined || known.value !== value || found.some((option) => option.value === value)
      ? found
      : [known, ...found]
  return (
    <Select
      label={label}
      withAsterisk
      searchable
      openOnFocus={false}
      data={data}
      value={value === '' ? null : value}
      searchValue={typed}
      onSearchChange={setTyped}
      // The server has searched already, also in what is not shown.
      filter={({ options }) => options}
      onChange={(name, option) => {
        setChosen(option ?? undefined)
        onChange(name ?? '', option?.label ?? '')
      }}
      placeholder="Search by name"
      nothingFoundMessage={
        partners.isError
          ? 'The organisations could not be loaded.'
          : partners.isFetching
            ? 'Searching…'
            : 'No organisation found'
      }
      error={error}
    />
  )
}
