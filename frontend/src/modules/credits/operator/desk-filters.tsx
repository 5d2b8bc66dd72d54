import { Select } from '@mantine/core'
import { useEveryOrganization } from '../../notifications/announcement-queries'
import { classCode, useCreditClasses } from '../use-credit-classes'

interface OrganizationFilterProps {
  /** Slug; empty for all. */
  readonly value: string
  readonly onChange: (slug: string) => void
}

export function OrganizationFilter({ value, onChange }: OrganizationFilterProps) {
  const organizations = useEveryOrganization().data ?? []
  return (
    <Select
      label="Organisation"
      data={organizations.map(({ name, displayName }) => ({
        value: name.replace('organizations/', ''),
        label: displayName,
      }))}
      value={value === '' ? null : value}
      onChange={(slug) => onChange(slug ?? '')}
      placeholder="All"
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Clear the organisation' }}
      nothingFoundMessage="No such organisation"
      flex="1 1 200px"
      maw={{ sm: 280 }}
    />
  )
}

interface ClassFilterProps {
  /** "creditClasses/{code}"; empty for all. */
  readonly value: string
  readonly onChange: (creditClass: string) => void
}

export function ClassFilter({ value, onChange }: ClassFilterProps) {
  const classes = useCreditClasses().data ?? []
  return (
    <Select
      label="Class"
      data={classes.map(({ name, displayName }) => ({ value: name, label: displayName || classCode(name) }))}
      value={value === '' ? null : value}
      onChange={(name) => onChange(name ?? '')}
      placeholder="All"
      clearable
      clearButtonProps={{ 'aria-label': 'Clear the class' }}
      flex="1 1 160px"
      maw={{ sm: 220 }}
    />
  )
}
