import { AccuracyRule } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { NumberInput, Select, SimpleGrid } from '@mantine/core'
import type { WholeRule } from './connection-rule'

const accuracies = [
  { value: AccuracyRule.ACCURACY_RULE_UNSPECIFIED, label: 'Left aside' },
  { value: AccuracyRule.ACCURACY_RULE_POSSIBLE, label: 'May have been that close' },
  { value: AccuracyRule.ACCURACY_RULE_CERTAIN, label: 'Must have been that close' },
]

interface RuleFieldsProps {
  readonly rule: WholeRule
  readonly onChange: (rule: WholeRule) => void
}

/** What counts as a connection. */
export function RuleFields({ rule, onChange }: RuleFieldsProps) {
  const field = (
    label: string,
    key: 'distanceM' | 'withinS' | 'episodeGapS',
    unit: string,
    min: number,
    max: number,
  ) => (
    <NumberInput
      label={label}
      value={rule[key]}
      min={min}
      max={max}
      suffix={` ${unit}`}
      thousandSeparator=","
      allowDecimal={false}
      clampBehavior="blur"
      onChange={(value) => {
        if (typeof value === 'number' && value >= min && value <= max) onChange({ ...rule, [key]: value })
      }}
    />
  )
  return (
    <SimpleGrid cols={2} spacing="xs" verticalSpacing="xs">
      {field('At most apart', 'distanceM', 'm', 1, 10_000)}
      {field('Fixes at most', 'withinS', 's', 0, 3_600)}
      {field('New episode after', 'episodeGapS', 's', 0, 86_400)}
      <Select
        label="Accuracy"
        data={accuracies}
        value={rule.accuracy}
        allowDeselect={false}
        onChange={(value) => {
          const accuracy = accuracies.find((candidate) => candidate.value === value)?.value
          if (accuracy !== undefined) onChange({ ...rule, accuracy })
        }}
      />
    </SimpleGrid>
  )
}
