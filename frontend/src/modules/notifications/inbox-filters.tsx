import { Group, SegmentedControl, Select } from '@mantine/core'
import { useCaller } from '../identity/caller'
import { moduleLabel } from './event-module'
import type { InboxFilter, Shown } from './inbox-address'
import classes from './inbox-filters.module.css'
import { useEventTypes } from './use-event-types'
import { useInboxState } from './use-inbox-state'

interface InboxFiltersProps {
  readonly filter: InboxFilter
  readonly onChange: (filter: InboxFilter) => void
}

export function InboxFilters({ filter, onChange }: InboxFiltersProps) {
  const { data: caller } = useCaller()
  const eventTypes = useEventTypes()
  const unread = useInboxState()?.unreadCount ?? 0
  const modules = [...new Set(eventTypes.data?.map(({ module }) => module))]
  // What the address asks for stays chosen, even when nobody offers it.
  if (filter.module !== '' && !modules.includes(filter.module)) modules.push(filter.module)
  const organizations = (caller?.memberships ?? []).map(({ slug, displayName }) => ({
    value: slug,
    label: displayName,
  }))
  if (filter.organization !== '' && organizations.every(({ value }) => value !== filter.organization)) {
    organizations.push({ value: filter.organization, label: filter.organization })
  }
  return (
    <Group gap="sm" mb="md" align="flex-end" role="search" aria-label="Filter notifications">
      <SegmentedControl
        aria-label="Show"
        className={classes.shown ?? ''}
        value={filter.shown}
        onChange={(shown) => onChange({ ...filter, shown: shown as Shown })}
        data={[
          { value: 'inbox', label: 'Inbox' },
          {
            value: 'unread',
            label: (
              <>
                Unread
                {unread > 0 && <span className={classes.count}>{unread.toLocaleString('en')}</span>}
              </>
            ),
          },
          { value: 'archived', label: 'Archive' },
        ]}
      />
      <Select
        label="About"
        data={modules.map((module) => ({ value: module, label: moduleLabel(module) }))}
        value={filter.module === '' ? null : filter.module}
        onChange={(module) => onChange({ ...filter, module: module ?? '' })}
        placeholder="Anything"
        clearable
        flex="1 1 140px"
        maw={{ sm: 210 }}
      />
      {organizations.length > 1 && (
        <Select
          label="Organisation"
          data={organizations}
          value={filter.organization === '' ? null : filter.organization}
          onChange={(organization) => onChange({ ...filter, organization: organization ?? '' })}
          placeholder="Any"
          clearable
          flex="1 1 140px"
          maw={{ sm: 270 }}
        />
      )}
    </Group>
  )
}
