import type { Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Group, MultiSelect, Select, TextInput } from '@mantine/core'
import { useMembers } from '../identity/member-queries'
import { filterPhases } from './job-filter-address'
import { type JobFilter, useServicesOffered } from './job-queries'

interface JobFiltersProps {
  readonly organization: string
  readonly filter: JobFilter
  readonly onChange: (filter: JobFilter) => void
}

export function JobFilters({ organization, filter, onChange }: JobFiltersProps) {
  const services = useServicesOffered(organization)
  const members = useMembers(organization)
  const owners = (members.data ?? []).flatMap(({ user }) =>
    user === undefined ? [] : [{ value: user.name, label: user.displayName || user.email }],
  )
  return (
    <Group gap="sm" mb="md" align="flex-end" role="search" aria-label="Filter jobs">
      <MultiSelect
        label="Phase"
        size="sm"
        data={[...filterPhases]}
        value={filter.phases.map((phase) => phase.replace('PHASE_', ''))}
        onChange={(phases) =>
          onChange({ ...filter, phases: phases.map((phase) => `PHASE_${phase}` as Phase) })
        }
        placeholder={filter.phases.length === 0 ? 'Any' : ''}
        clearable
        flex="1 1 200px"
        maw={{ sm: 360 }}
      />
      <Select
        label="Service"
        data={(services.data ?? []).map(({ id, displayName }) => ({ value: id, label: displayName || id }))}
        value={filter.service === '' ? null : filter.service}
        onChange={(service) => onChange({ ...filter, service: service ?? '' })}
        placeholder="Any"
        clearable
        flex="1 1 130px"
        maw={{ sm: 180 }}
      />
      <Select
        label="Owner"
        data={[{ value: 'users/me', label: 'Me' }, ...owners]}
        value={filter.owner === '' ? null : filter.owner}
        onChange={(owner) => onChange({ ...filter, owner: owner ?? '' })}
        placeholder="Everyone"
        searchable
        clearable
        flex="1 1 130px"
        maw={{ sm: 200 }}
      />
      <TextInput
        type="date"
        label="Created from"
        value={filter.from}
        max={filter.to || undefined}
        onChange={(event) => onChange({ ...filter, from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label="Created until"
        value={filter.to}
        min={filter.from || undefined}
        onChange={(event) => onChange({ ...filter, to: event.currentTarget.value })}
      />
    </Group>
  )
}
