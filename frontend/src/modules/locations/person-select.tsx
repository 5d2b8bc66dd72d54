import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { usePerson, usePersons } from './person-queries'
import { resourceId } from './resource-id'

interface PersonSelectProps {
  readonly label: string
  readonly placeholder: string
  readonly organization: string
  /** UUID; empty for none. */
  readonly value: string
  readonly onChange: (person: string) => void
}

/** One of the organisation's persons, searched for as its name is typed; for those who manage them. */
export function PersonSelect({ label, placeholder, organization, value, onChange }: PersonSelectProps) {
  const [text, setText] = useState('')
  const chosen = usePerson(organization, value)
  const nameOfChosen = chosen.data?.displayName
  // While the name of the chosen one stands in the field, nothing is searched.
  const [search] = useDebouncedValue(text === nameOfChosen ? '' : text.trim().slice(0, 100), 250)
  const found = usePersons(organization, search, 20)
  const data = (found.data?.persons ?? []).map(({ name, displayName, externalId }) => ({
    value: resourceId(name),
    label: displayName,
    externalId,
  }))
  if (value !== '' && !data.some((option) => option.value === value)) {
    data.unshift({ value, label: nameOfChosen ?? '…', externalId: chosen.data?.externalId ?? '' })
  }
  return (
    <Select
      label={label}
      placeholder={placeholder}
      data={data}
      value={value === '' ? null : value}
      onChange={(person) => onChange(person ?? '')}
      searchValue={text}
      onSearchChange={setText}
      // The server has searched.
      filter={({ options }) => options}
      searchable
      clearable
      nothingFoundMessage={found.isFetching ? 'Searching…' : 'Nobody of that name'}
      error={found.isError && 'The persons could not be loaded.'}
      flex="1 1 220px"
      maw={{ sm: 360 }}
    />
  )
}
