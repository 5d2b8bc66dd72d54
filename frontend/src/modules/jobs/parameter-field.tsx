import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  Input,
  NumberInput,
  Select,
  Stack,
  TextInput,
} from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { CurrentOrganization } from '../../app/organization'
import { DatasetSelect } from '../datasets/dataset-select'
import { problemWith } from './job-form'

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

const placeholders: Partial<Record<ParameterSchema['kind'], string>> = {
  PARAMETER_KIND_CIRCLE: 'ra dec radius, such as 210.8 54.35 0.1',
  PARAMETER_KIND_POLYGON: 'ra1 dec1 ra2 dec2 ra3 dec3',
  PARAMETER_KIND_POSITION: 'CIRCLE 210.8 54.35 0.1',
}

/** The input that suits a parameter's kind, once or as often as the parameter may be given. */
export function ParameterField(props: ParameterFieldProps) {
  const { schema, values, problem, organization, onChange } = props
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
        <NumberInput
          {...common}
          value={single}
          {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
          {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
          clampBehavior="none"
          error={problem ?? problemWith(schema, single)}
          maw={340}
          onChange={(value) => onChange(value === '' ? [] : [String(value)])}
        />
      )
    default:
      return <TextField {...props} label={label} />
  }
}

function TextField({
  schema,
  values,
  problem,
  drawAddress,
  onChange,
  label,
}: ParameterFieldProps & { label: string }) {
  const isRegion = placeholders[schema.kind] !== undefined
  const shown = values.length === 0 ? [''] : values
  const replace = (index: number, value: string) => onChange(shown.with(index, value))
  return (
    <Input.Wrapper
      label={label}
      description={schema.description}
      required={schema.required}
      labelElement={schema.repeated ? 'div' : 'label'}
      error={problem}
    >
      <Stack gap={6} mt={4}>
        {shown.map((value, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the values have no identity but their place.
          <Group key={index} gap={6} wrap="nowrap" align="flex-start">
            <TextInput
              flex={1}
              value={value}
              placeholder={placeholders[schema.kind] ?? ''}
              classNames={isRegion ? { input: 'mono' } : {}}
              aria-label={schema.repeated ? `${schema.name} ${index + 1}` : schema.name}
              error={problemWith(schema, value)}
              onChange={(event) => replace(index, event.currentTarget.value)}
            />
            {shown.length > 1 && (
              <ActionIcon
                size={34}
                aria-label={`Remove ${schema.name} ${index + 1}`}
                onClick={() => onChange(shown.filter((_, other) => other !== index))}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            )}
          </Group>
        ))}
        <Group gap="sm">
          {schema.repeated && (
            <Button
              variant="subtle"
              size="compact-xs"
              leftSection={<IconPlus size={13} aria-hidden />}
              onClick={() => onChange([...shown, ''])}
            >
              Add another {schema.name}
            </Button>
          )}
          {isRegion && (
            <Anchor component={Link} to={drawAddress} size="xs">
              Draw it on an image
            </Anchor>
          )}
        </Group>
      </Stack>
    </Input.Wrapper>
  )
}
