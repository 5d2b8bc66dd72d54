import { Text, TextInput } from '@mantine/core'
import { fieldFromTimeValue, timeValueFromField } from './time-value'

interface TimeFieldProps {
  readonly flex: number
  readonly 'aria-label': string
  readonly value: string
  readonly onChange: (value: string) => void
}

/** A date and time in UTC. */
export function TimeField({ value, onChange, ...input }: TimeFieldProps) {
  return (
    <TextInput
      {...input}
      type="datetime-local"
      step={1}
      maw={340}
      value={fieldFromTimeValue(value)}
      rightSection={
        <Text size="xs" c="dimmed">
          UTC
        </Text>
      }
      rightSectionWidth={44}
      onChange={(event) => onChange(timeValueFromField(event.currentTarget.value))}
    />
  )
}
