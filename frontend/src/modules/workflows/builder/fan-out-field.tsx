import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { NumberInput, Select, Stack } from '@mantine/core'
import type { StepDraft } from './workflow-draft'

interface FanOutFieldProps {
  readonly step: StepDraft
  readonly algorithm: Algorithm | undefined
  readonly problem: (path: string) => string | undefined
  readonly onChange: (change: Partial<StepDraft>, together?: string) => void
}

/** As how many containers a step runs. */
export function FanOutField({ step, algorithm, problem, onChange }: FanOutFieldProps) {
  const names = [
    ...new Set([
      ...(algorithm?.spec?.inputs ?? []).map(({ name }) => name),
      ...step.inputs.map(({ name }) => name),
    ]),
  ]
  return (
    <Stack gap="xs">
      <Select
        label="Containers"
        data={[
          { value: 'one', label: 'One' },
          { value: 'count', label: 'A number of them, side by side' },
          { value: 'input', label: 'One for each file of an input' },
        ]}
        value={step.over}
        allowDeselect={false}
        error={step.over === 'one' ? problem('.fan_out') : undefined}
        onChange={(value) => {
          if (value === 'input') onChange({ over: value, overInput: step.overInput || (names[0] ?? '') })
          else if (value === 'one' || value === 'count') onChange({ over: value })
        }}
      />
      {step.over === 'count' && (
        <NumberInput
          label="Number of containers"
          description="Each has its number in FAIRLEAD_INSTANCE."
          min={1}
          max={10_000}
          allowDecimal={false}
          maw={180}
          value={step.count}
          error={problem('.fan_out')}
          onChange={(value) => onChange({ count: Number(value) || 1 }, 'count')}
        />
      )}
      {step.over === 'input' && (
        <>
          <Select
            label="Split over"
            data={names}
            value={step.overInput === '' ? null : step.overInput}
            allowDeselect={false}
            error={problem('.fan_out')}
            onChange={(value) => onChange({ overInput: value ?? '' })}
          />
          <NumberInput
            label="Containers at most"
            description="What a run is priced with; 100 if it is empty."
            min={1}
            max={10_000}
            allowDecimal={false}
            maw={180}
            placeholder="100"
            value={step.maxContainers === 0 ? '' : step.maxContainers}
            onChange={(value) => onChange({ maxContainers: Number(value) || 0 }, 'maxContainers')}
          />
        </>
      )}
    </Stack>
  )
}
