import type { Declaration } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Checkbox, Stack } from '@mantine/core'

interface DeclarationsFieldProps {
  readonly declarations: readonly Declaration[]
  readonly agreed: readonly string[]
  readonly error: string | undefined
  readonly onChange: (agreed: string[]) => void
}

/** What has to be agreed to, text by text. */
export function DeclarationsField({ declarations, agreed, error, onChange }: DeclarationsFieldProps) {
  if (declarations.length === 0) return null
  return (
    <Checkbox.Group label="Declarations" value={[...agreed]} onChange={onChange} error={error}>
      <Stack gap={10} mt={8} mb={error === undefined ? 0 : 8}>
        {declarations.map(({ name, text }) => (
          <Checkbox
            key={name}
            value={name}
            label={text}
            styles={{
              label: { overflowWrap: 'anywhere', lineHeight: 1.45 },
              body: { alignItems: 'flex-start' },
            }}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  )
}
