import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core'
import { IconFile, IconPaperclip, IconPlus, IconX } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { LazyDialog } from '../../../ui/lazy-dialog'
import type { ChosenFile } from '../proposal'
import { evidenceProblem } from './booking-draft'

interface EvidenceFieldProps {
  /** Slug of the operator's organisation; undefined for who may not attach its files. */
  readonly organization: string | undefined
  readonly files: readonly ChosenFile[]
  readonly urls: readonly string[]
  readonly problem: string | undefined
  readonly onChange: (urls: readonly string[]) => void
  readonly onFilesChange: (files: readonly ChosenFile[]) => void
}

const AttachFileDialog = lazy(() => import('../attach-file-dialog'))

const maximum = 20

/** Addresses of documents, and files. */
export function EvidenceField({
  organization,
  files,
  urls,
  problem,
  onChange,
  onFilesChange,
}: EvidenceFieldProps) {
  const [choosing, setChoosing] = useState(false)
  return (
    <Input.Wrapper
      label="Evidence"
      labelElement="div"
      description="Files, and addresses of documents; may stay empty."
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
        {files.map((file) => (
          <Group key={file.name} gap={4} wrap="nowrap">
            <TextInput
              flex={1}
              readOnly
              variant="filled"
              aria-label="Attached file"
              leftSection={<IconFile size={16} aria-hidden />}
              value={file.displayName}
            />
            <ActionIcon
              aria-label={`Remove ${file.displayName}`}
              onClick={() => onFilesChange(files.filter(({ name }) => name !== file.name))}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Group gap="xs">
          {urls.length < maximum && (
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => onChange([...urls, ''])}
            >
              Another address
            </Button>
          )}
          {organization !== undefined && files.length < maximum && (
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconPaperclip size={14} aria-hidden />}
              onClick={() => setChoosing(true)}
            >
              Attach a file
            </Button>
          )}
        </Group>
      </Stack>
      {organization !== undefined && (
        <LazyDialog opened={choosing}>
          {(opened) => (
            <AttachFileDialog
              organization={organization}
              attached={files.map(({ name }) => name)}
              opened={opened}
              onChoose={(file) => onFilesChange([...files, file])}
              onClose={() => setChoosing(false)}
            />
          )}
        </LazyDialog>
      )}
    </Input.Wrapper>
  )
}
