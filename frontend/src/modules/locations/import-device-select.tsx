import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useImportDevices } from './import-queries'
import { resourceId } from './resource-id'

interface ImportDeviceSelectProps {
  /** Its slug. */
  readonly organization: string
  /** UUID; empty for none. */
  readonly value: string
  readonly onChange: (device: string) => void
}

interface Option {
  readonly value: string
  readonly label: string
}

/** The device that a whole file is of, searched for as its name is typed. */
export function ImportDeviceSelect({ organization, value, onChange }: ImportDeviceSelectProps) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<Option>()
  // While the name of the chosen one stands in the field, nothing is searched.
  const [search] = useDebouncedValue(text === chosen?.label ? '' : text.trim().slice(0, 100), 250)
  const found = useImportDevices(organization, search)
  const data: Option[] = (found.data ?? []).map(({ name, displayName, externalId }) => ({
    value: resourceId(name),
    label: [displayName, externalId].filter((part) => part !== '').join(' · '),
  }))
  if (chosen !== undefined && chosen.value === value && !data.some((option) => option.value === value)) {
    data.unshift(chosen)
  }
  return (
    <Select
      label="Device"
      required
      placeholder={found.isPending ? 'Loading…' : 'Choose one'}
      data={data}
      value={value === '' ? null : value}
      onChange={(device, option) => {
        setChosen(option === null ? undefined : { value: option.value, label: option.label })
        onChange(device ?? '')
      }}
      searchValue={text}
      onSearchChange={setText}
      // The server has searched.
      filter={({ options }) => options}
      searchable
      nothingFoundMessage={
        found.isFetching ? 'Searching…' : search === '' ? 'No person has a device yet' : 'No such device'
      }
      error={found.isError && 'The devices could not be loaded.'}
    />
  )
}
