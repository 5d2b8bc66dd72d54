import { Button, CloseButton, Group, MultiSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch, IconTag } from '@tabler/icons-react'
import { useRef } from 'react'
import { type FileFilter, isNarrowed } from './file-filter'
import classes from './file-filters.module.css'
import { purposeLabel, purposes } from './file-purpose'
import { fileStates, fileStateWords } from './file-state-words'

interface FileFiltersProps {
  readonly filter: FileFilter
  readonly onChange: (filter: FileFilter) => void
}

/** Looks for files by words, state, purpose and tags. */
export function FileFilters({ filter, onChange }: FileFiltersProps) {
  const field = useRef<HTMLInputElement>(null)
  // What is typed is answered after a moment, and must not undo what was chosen meanwhile.
  const searchFor = useDebouncedCallback((search: string) => onChange({ ...filter, search }), 250)
  const clear = () => {
    searchFor.cancel()
    if (field.current !== null) field.current.value = ''
    onChange({ ...filter, search: '', tags: [], states: [], purposes: [] })
  }
  return (
    <Group gap="xs" mb="sm" align="flex-start" role="search" aria-label="Find files">
      <TextInput
        ref={field}
        aria-label="Words of names, folders, tags and descriptions"
        placeholder="Search names, tags, descriptions"
        type="search"
        maxLength={200}
        defaultValue={filter.search}
        leftSection={<IconSearch size={16} aria-hidden />}
        onChange={(event) => searchFor(event.currentTarget.value.trim())}
        // Nor may it call back whoever has pressed a link since.
        onBlur={() => searchFor.flush()}
        className={classes.search ?? ''}
      />
      {!filter.trashed && (
        <>
          <MultiSelect
            aria-label="State"
            {...(filter.states.length === 0 ? { placeholder: 'Any state' } : {})}
            size="sm"
            data={fileStates.map((value) => ({ value, label: fileStateWords(value).label }))}
            value={[...filter.states]}
            onChange={(chosen) =>
              onChange({ ...filter, states: fileStates.filter((state) => chosen.includes(state)) })
            }
            className={classes.choice ?? ''}
          />
          <MultiSelect
            aria-label="Purpose"
            {...(filter.purposes.length === 0 ? { placeholder: 'Any purpose' } : {})}
            size="sm"
            data={purposes.map((value) => ({ value, label: purposeLabel(value) }))}
            value={[...filter.purposes]}
            onChange={(chosen) =>
              onChange({ ...filter, purposes: purposes.filter((purpose) => chosen.includes(purpose)) })
            }
            className={classes.choice ?? ''}
          />
        </>
      )}
      {filter.tags.map((tag) => (
        <span key={tag} className={classes.tag}>
          <IconTag size={14} aria-hidden />
          <bdi>{tag}</bdi>
          <CloseButton
            size="xs"
            aria-label={`Do not look for the tag ${tag}`}
            onClick={() => onChange({ ...filter, tags: filter.tags.filter((other) => other !== tag) })}
          />
        </span>
      ))}
      {isNarrowed(filter) && (
        <Button variant="subtle" onClick={clear}>
          Show all
        </Button>
      )}
    </Group>
  )
}
