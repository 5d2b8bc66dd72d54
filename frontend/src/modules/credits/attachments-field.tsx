import { ActionIcon, Button, Fieldset, Group, Input, Stack, TextInput, Tooltip } from '@mantine/core'
import { IconFile, IconPaperclip, IconPlus, IconX } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { LazyDialog } from '../../ui/lazy-dialog'
import type { AttachmentDraft, Problems } from './proposal'

interface AttachmentsFieldProps {
  /** Slug of the organisation whose files can be attached. */
  readonly organization: string
  /** Whether files can be attached, and not links alone. */
  readonly mayAttachFiles: boolean
  readonly attachments: readonly AttachmentDraft[]
  readonly problems: Problems
  readonly onChange: (attachments: AttachmentDraft[]) => void
}

const AttachFileDialog = lazy(() => import('./attach-file-dialog'))

const most = 20

/** Documents, each by its name and address, or a file. */
export function AttachmentsField({
  organization,
  mayAttachFiles,
  attachments,
  problems,
  onChange,
}: AttachmentsFieldProps) {
  const [choosing, setChoosing] = useState(false)
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
      <Input.Description mb={6}>
        {mayAttachFiles
          ? 'Files, and links that open for them: the other side and the operator read both.'
          : 'Links that the other side and the operator can open.'}
      </Input.Description>
      <Stack gap="xs">
        {attachments.map(({ displayName, url, file }, index) => (
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
              {file === undefined ? (
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
              ) : (
                <TextInput
                  aria-label={`File of document ${index + 1}`}
                  flex="2 1 200px"
                  readOnly
                  variant="filled"
                  leftSection={<IconFile size={16} aria-hidden />}
                  value={file.displayName}
                  error={problems[`attachments[${index}].file`]}
                />
              )}
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
        <Group gap="xs">
          <Button
            variant="subtle"
            size="xs"
            px={6}
            leftSection={<IconPlus size={14} aria-hidden />}
            disabled={attachments.length >= most}
            onClick={() => onChange([...attachments, { displayName: '', url: '' }])}
          >
            Add a link
          </Button>
          {mayAttachFiles && (
            <Button
              variant="subtle"
              size="xs"
              px={6}
              leftSection={<IconPaperclip size={14} aria-hidden />}
              disabled={attachments.length >= most}
              onClick={() => setChoosing(true)}
            >
              Attach a file
            </Button>
          )}
        </Group>
      </Stack>
      <LazyDialog opened={choosing}>
        {(opened) => (
          <AttachFileDialog
            organization={organization}
            attached={attachments.flatMap(({ file }) => (file === undefined ? [] : [file.name]))}
            opened={opened}
            onChoose={(file) =>
              onChange([...attachments, { displayName: file.displayName.slice(0, 120), url: '', file }])
            }
            onClose={() => setChoosing(false)}
          />
        )}
      </LazyDialog>
    </Fieldset>
  )
}
