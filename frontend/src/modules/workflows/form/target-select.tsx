import { Select } from '@mantine/core'
import { useApprovedAlgorithms } from '../algorithm-queries'
import { useWorkflows } from '../list/workflow-queries'
import type { RunTarget } from './run-draft'

interface TargetSelectProps {
  readonly organization: string
  readonly target: RunTarget | undefined
  readonly onChange: (target: RunTarget) => void
}

/** Chooses what runs: a workflow, or an approved algorithm by itself. */
export function TargetSelect({ organization, target, onChange }: TargetSelectProps) {
  const workflows = useWorkflows(organization, 500)
  const algorithms = useApprovedAlgorithms(organization)
  const value = target === undefined ? null : `${target.kind} ${target.reference}`
  const groups = [
    {
      group: 'Workflows',
      items: (workflows.data?.workflows ?? []).map(({ reference, spec }) => ({
        value: `workflow ${reference}`,
        label: labelOf(reference, spec?.displayName),
      })),
    },
    {
      group: 'Algorithms',
      items: (algorithms.data ?? []).map(({ reference, spec }) => ({
        value: `algorithm ${reference}`,
        label: labelOf(reference, spec?.displayName),
      })),
    },
  ]
  // An older version than the lists show.
  const isListed = groups.some(({ items }) => items.some((item) => item.value === value))
  const isLoading = workflows.isPending || algorithms.isPending
  return (
    <Select
      label="Workflow or algorithm"
      required
      searchable
      data={[
        ...(value === null || isListed
          ? []
          : [{ group: 'Chosen', items: [{ value, label: target?.reference ?? '' }] }]),
        ...groups.filter(({ items }) => items.length > 0),
      ]}
      value={value}
      allowDeselect={false}
      placeholder="Choose what runs"
      nothingFoundMessage={
        workflows.isError || algorithms.isError
          ? 'They could not be loaded'
          : isLoading
            ? 'Loading…'
            : 'Nothing that can run matches'
      }
      onChange={(chosen) => {
        const space = chosen?.indexOf(' ') ?? -1
        if (chosen === null || space < 0) return
        onChange({
          kind: chosen.startsWith('workflow ') ? 'workflow' : 'algorithm',
          reference: chosen.slice(space + 1),
        })
      }}
    />
  )
}

function labelOf(reference: string, displayName: string | undefined): string {
  return displayName === undefined || displayName === '' ? reference : `${displayName} · ${reference}`
}
