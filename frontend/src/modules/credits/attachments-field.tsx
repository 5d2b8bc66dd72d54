import { ActionIcon, Button, Fieldset, Group, Input, Stack, TextInput, Tooltip } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { AttachmentDraft, Problems } from './proposal'

interface AttachmentsFieldProps {
  readonly attachments: readonly AttachmentDraft[]
  readonly problems: Problems
  readonly onChange: (attachments: AttachmentDraft[]) => void
}

const most = 20

/** Documents, each by its name and address. */
export function AttachmentsField({ attachments, problems, onChange }: AttachmentsFieldProps) {
  const change = (index: number, changed: Partial<AttachmentDraft>) =>
    onChange(attachments.map((one, at) => (at === index ? { ...one, ...changed } : one)))
  return (
    <Fieldset
      variant="unstyled"
      p={0}
      m={0}
      legend={<Input.Label component="span">Documents</Input.Label>}
      styles={{ legend: { padding: 0, marginBottom: 0 } }}
    >
      <Input.Description mb={6}>Links that the other side and the operator can open.</Input.Description>
      <Stack gap="xs">
        {attachments.map(({ displayName, url }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row has nothing but its place until it is filled in.
          <Group key={index} gap="xs" align="flex-start" wrap="nowrap">
            <Group gap="xs" align="flex-start" flex={1} miw={0}>
              <TextInput
                aria-label={`Name of document ${index + 1}`}
                placeholder="Contract"
                maxLength={120}
                flex="1 1 130px"
                value={displayName}
                error={problems[`attachments[${index}].displayName`]}
                onChange={(event) => change(index, { displayName: event.currentTarget.value })}
              />
              <TextInput
                aria-label={`Address of document ${index + 1}`}
                placeholder="https://"
                inputMode="url"
                maxLength={2000}
                flex="2 1 200px"
                value={url}
                error={problems[`attachments[${index}].url`]}
                onChange={(event) => change(index, { url: event.currentTarget.value })}
              />
            </Group>
            <Tooltip label="Remove">
              <ActionIcon
                size="lg"
                aria-label={`Remove document ${index + 1}`}
                onClick={() => onChange(attachments.filter((_, at) => at !== index))}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </Group>
        ))}
        <div>
          <Button
            variant="subtle"
            size="xs"
            px={6}
            leftSection={<IconPlus size={14} aria-hidden />}
            disabled={attachments.length >= most}
            onClick={() => onChange([...attachments, { displayName: '', url: '' }])}
          >
            Add a document
          </Button>
        </div>
      </Stack>
    </Fieldset>
  )
}
