import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { ActionIcon, Anchor, Button, Group, Input, Stack } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'

interface InputProps {
  readonly flex: number
  readonly 'aria-label': string
  readonly value: string
  readonly onChange: (value: string) => void
}

interface RepeatedFieldProps {
  readonly schema: ParameterSchema
  readonly label: string
  readonly values: readonly string[]
  /** What the server found wrong. */
  readonly problem: string | undefined
  /** Of a page to draw a value on. */
  readonly drawAddress?: string | undefined
  readonly onChange: (values: readonly string[]) => void
  /** Renders the input of one value. */
  readonly children: (input: InputProps) => ReactNode
}

/** A labelled input, or as many as the reader adds when the parameter may be given more than once. */
export function RepeatedField({
  schema,
  label,
  values,
  problem,
  drawAddress,
  onChange,
  children,
}: RepeatedFieldProps) {
  const shown = values.length === 0 ? [''] : values
  return (
    <Input.Wrapper
      label={label}
      description={schema.description}
      required={schema.required}
      labelElement="div"
      error={problem}
    >
      <Stack gap={6} mt={4}>
        {shown.map((value, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the values have no identity but their place.
          <Group key={index} gap={6} wrap="nowrap" align="flex-start">
            {children({
              flex: 1,
              value,
              'aria-label': schema.repeated ? `${schema.name} ${index + 1}` : schema.name,
              onChange: (changed) => onChange(shown.with(index, changed)),
            })}
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
        {(schema.repeated || drawAddress !== undefined) && (
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
            {drawAddress !== undefined && (
              <Anchor component={Link} to={drawAddress} size="xs">
                Draw it on an image
              </Anchor>
            )}
          </Group>
        )}
      </Stack>
    </Input.Wrapper>
  )
}
