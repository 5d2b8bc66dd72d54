import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { evidenceProblem } from './booking-draft'

interface EvidenceFieldProps {
  readonly urls: readonly string[]
  readonly problem: string | undefined
  readonly onChange: (urls: readonly string[]) => void
}

const maximum = 20

/** Addresses of documents. */
export function EvidenceField({ urls, problem, onChange }: EvidenceFieldProps) {
  return (
    <Input.Wrapper
      label="Evidence"
      labelElement="div"
      description="Addresses of documents; may stay empty."
      error={problem}
      maw={640}
    >
      <Stack gap={6} mt={4}>
        {urls.map((url, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a field is its place in the list.
          <Group key={index} gap={4} wrap="nowrap">
            <TextInput
              flex={1}
              type="url"
              aria-label={`Address of document ${index + 1}`}
              placeholder="https://"
              maxLength={2000}
              value={url}
              error={problem !== undefined && evidenceProblem(url) !== undefined}
              onChange={(event) => onChange(urls.with(index, event.currentTarget.value))}
            />
            {urls.length > 1 && (
              <ActionIcon
                aria-label={`Remove document ${index + 1}`}
                onClick={() => onChange(urls.filter((_, other) => other !== index))}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            )}
          </Group>
        ))}
        {urls.length < maximum && (
          <Button
            size="compact-sm"
            variant="subtle"
            style={{ alignSelf: 'flex-start' }}
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => onChange([...urls, ''])}
          >
            Another document
          </Button>
        )}
      </Stack>
    </Input.Wrapper>
  )
}
