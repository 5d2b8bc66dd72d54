import { MultiSelect, Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { datasetId } from './dataset-id'
import { useDatasets } from './dataset-queries'

interface DatasetSelectProps {
  readonly organization: string
  readonly label: string
  readonly description: string
  readonly required: boolean
  readonly values: readonly string[]
  readonly multiple: boolean
  readonly error: string | undefined
  readonly onChange: (values: readonly string[]) => void
}

/** Finds datasets by name on the server while one types. */
export function DatasetSelect({
  organization,
  values,
  multiple,
  error,
  onChange,
  ...labels
}: DatasetSelectProps) {
  const [search, setSearch] = useState('')
  const [query] = useDebouncedValue(search, 250)
  const asked = values.includes(query) ? '' : query
  const datasets = useDatasets(organization, { query: asked, circle: undefined, orderBy: '' }, 50)

  const found = (datasets.data?.datasets ?? []).map((dataset) => {
    const id = datasetId(dataset.name)
    return { value: id, label: id }
  })
  const unlisted = values
    .filter((id) => !found.some(({ value }) => value === id))
    .map((id) => ({ value: id, label: id }))
  const common = {
    ...labels,
    data: [...unlisted, ...found],
    searchable: true,
    searchValue: search,
    onSearchChange: setSearch,
    error,
    limit: 60,
    nothingFoundMessage: datasets.isFetching ? 'Searching…' : 'No dataset matches',
  }
  if (multiple) {
    return (
      <MultiSelect
        {...common}
        value={[...values]}
        onChange={(ids) => onChange(ids)}
        placeholder={values.length === 0 ? 'Choose datasets' : ''}
        hidePickedOptions
      />
    )
  }
  return (
    <Select
      {...common}
      value={values[0] ?? null}
      onChange={(id) => onChange(id === null ? [] : [id])}
      placeholder="Choose a dataset"
      clearable
    />
  )
}
