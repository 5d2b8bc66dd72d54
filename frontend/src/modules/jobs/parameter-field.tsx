import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { MultiSelect, NumberInput, Select, TextInput } from '@mantine/core'
import type { CurrentOrganization } from '../../app/organization'
import { DatasetSelect } from '../datasets/dataset-select'
import { IntervalField } from './interval-field'
import { problemWith } from './job-form'
import { RepeatedField } from './repeated-field'
import { TimeField } from './time-field'

interface ParameterFieldProps {
  readonly schema: ParameterSchema
  readonly values: readonly string[]
  /** What the server found wrong. */
  readonly problem: string | undefined
  readonly organization: CurrentOrganization
  /** Of the image to draw a region on, or of their list. */
  readonly drawAddress: string
  readonly onChange: (values: readonly string[]) => void
}

const regions: Partial<Record<ParameterSchema['kind'], string>> = {
  PARAMETER_KIND_CIRCLE: 'ra dec radius, such as 210.8 54.35 0.1',
  PARAMETER_KIND_POLYGON: 'ra1 dec1 ra2 dec2 ra3 dec3',
  PARAMETER_KIND_POSITION: 'CIRCLE 210.8 54.35 0.1',
}

/** The input that suits a parameter's kind, once or as often as the parameter may be given. */
export function ParameterField(props: ParameterFieldProps) {
  const { schema, values, problem, organization, drawAddress, onChange } = props
  const label = schema.unit === '' ? schema.name : `${schema.name} (${schema.unit})`
  const common = { label, description: schema.description, required: schema.required }
  const single = values[0] ?? ''

  switch (schema.kind) {
    case 'PARAMETER_KIND_DATASET':
      return (
        <DatasetSelect
          {...common}
          organization={organization.slug}
          values={values}
          multiple={schema.repeated}
          error={problem}
          onChange={onChange}
        />
      )
    case 'PARAMETER_KIND_ENUM':
      if (schema.repeated) {
        return (
          <MultiSelect
            {...common}
            data={[...schema.values]}
            value={[...values]}
            error={problem}
            maw={340}
            onChange={onChange}
          />
        )
      }
      return (
        <Select
          {...common}
          data={[...schema.values]}
          value={single === '' ? null : single}
          clearable={!schema.required && schema.defaultValue === ''}
          allowDeselect={false}
          error={problem}
          maw={340}
          onChange={(value) => onChange(value === null ? [] : [value])}
        />
      )
    case 'PARAMETER_KIND_NUMBER':
      return (
        <RepeatedField {...props} label={label} drawAddress={undefined}>
          {(input) => (
            <NumberInput
              {...input}
              {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
              {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
              clampBehavior="none"
              error={problemWith(schema, input.value)}
              maw={340}
              onChange={(value) => input.onChange(String(value))}
            />
          )}
        </RepeatedField>
      )
    case 'PARAMETER_KIND_TIME':
      return (
        <RepeatedField {...props} label={label} drawAddress={undefined}>
          {(input) => <TimeField {...input} />}
        </RepeatedField>
      )
    case 'PARAMETER_KIND_INTERVAL':
      return (
        <RepeatedField {...props} label={label} drawAddress={undefined}>
          {(input) => <IntervalField {...input} schema={schema} />}
        </RepeatedField>
      )
    default: {
      const placeholder = regions[schema.kind]
      return (
        <RepeatedField {...props} label={label} drawAddress={placeholder && drawAddress}>
          {(input) => (
            <TextInput
              {...input}
              placeholder={placeholder ?? ''}
              classNames={placeholder === undefined ? {} : { input: 'mono' }}
              error={problemWith(schema, input.value)}
              onChange={(event) => input.onChange(event.currentTarget.value)}
            />
          )}
        </RepeatedField>
      )
    }
  }
}
