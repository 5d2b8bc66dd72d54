import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Input, Text, TextInput } from '@mantine/core'
import { describeWavelengths, problemWithInterval, readInterval, writeInterval } from './interval'
import classes from './interval-field.module.css'

interface IntervalFieldProps {
  readonly schema: ParameterSchema
  readonly flex: number
  readonly 'aria-label': string
  readonly value: string
  readonly onChange: (value: string) => void
}

/** The two ends of an interval; one that is left empty is open. */
export function IntervalField({ schema, flex, value, onChange, ...input }: IntervalFieldProps) {
  const ends = readInterval(value)
  const problem = problemWithInterval(value)
  const isWavelength = schema.unit === 'm' && schema.ucd.startsWith('em.wl')
  const hint = isWavelength && problem === undefined ? describeWavelengths(value) : undefined
  const end = (which: 'lower' | 'upper', label: string) => (
    <TextInput
      value={ends[which]}
      placeholder={`${label}, or open`}
      aria-label={`${input['aria-label']}, ${label}`}
      classNames={{ input: 'mono' }}
      error={problem !== undefined}
      inputMode="decimal"
      rightSection={
        schema.unit === '' ? undefined : (
          <Text size="xs" c="dimmed">
            {schema.unit}
          </Text>
        )
      }
      onChange={(event) => onChange(writeInterval({ ...ends, [which]: event.currentTarget.value }))}
    />
  )
  return (
    <div style={{ flex }}>
      <div className={classes.ends}>
        {end('lower', 'from')}
        <Text size="sm" c="dimmed" aria-hidden>
          to
        </Text>
        {end('upper', 'to')}
      </div>
      {problem !== undefined && <Input.Error mt={5}>{problem}</Input.Error>}
      <Text size="xs" c="dimmed" mt={5} aria-live="polite">
        {hint ??
          (isWavelength && value === '' ? 'Wavelengths in metres: 5e-7 is 500 nm, 0.21 is 1.43 GHz.' : '')}
      </Text>
    </div>
  )
}
