import { MultiSelect } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { fileKeys } from '../../files/file-keys'
import { fileId } from '../../files/file-name'
import { useFileService } from '../../files/use-file-service'

interface FilesSelectProps {
  readonly organization: string
  readonly label: string
  /** UUIDs. */
  readonly values: readonly string[]
  readonly onChange: (values: readonly string[]) => void
}

const shownFiles = 50

/** Finds files that are released by name on the server while one types. */
export function FilesSelect({ organization, label, values, onChange }: FilesSelectProps) {
  const files = useFileService()
  const [search, setSearch] = useState('')
  const [query] = useDebouncedValue(search.trim(), 250)
  const list = useQuery({
    queryKey: [...fileKeys.lists(organization), 'released', query],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const answer = await files({ signal }).ListFiles({
        parent: `organizations/${organization}`,
        allFolders: true,
        search: query,
        states: ['FILE_STATE_CLEAN', 'FILE_STATE_UNSCANNED'],
        orderBy: 'create_time desc',
        pageSize: shownFiles,
      })
      return answer.files
    },
  })
  const found = (list.data ?? []).map((file) => ({ value: fileId(file.name), label: file.displayName }))
  const unlisted = values.filter((id) => !found.some(({ value }) => value === id))
  // Chosen before, as by an address: their names are asked for one by one.
  const named = useQueries({
    queries: unlisted.map((id) => ({
      queryKey: fileKeys.file(organization, id),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        files({ signal }).GetFile({ name: `organizations/${organization}/files/${id}` }),
    })),
  })
  return (
    <MultiSelect
      label={label}
      size="sm"
      data={[
        ...unlisted.map((id, index) => ({
          value: id,
          label: named[index]?.data?.displayName ?? `file ${id.slice(-8)}`,
        })),
        ...found,
      ]}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      limit={60}
      hidePickedOptions
      nothingFoundMessage={
        list.isError ? 'The files could not be loaded' : list.isFetching ? 'Searching…' : 'No file matches'
      }
      placeholder={values.length === 0 ? 'Choose files' : ''}
      value={[...values]}
      onChange={onChange}
    />
  )
}
