import type { File } from '@fairlead/proto/web/fairlead/files/v1/files'
import {
  Alert,
  Autocomplete,
  Button,
  Group,
  Modal,
  Stack,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { dayOf, isDay, startOfDay } from '../../ui/day'
import { organizationOf } from './file-name'
import { useFolders } from './file-queries'
import { type FileFields, useUpdateFile } from './use-file-changes'
import { violationSentence } from './violation-sentence'

interface EditFileDialogProps {
  readonly file: File
  readonly opened: boolean
  readonly onClose: () => void
}

const fieldNames = ['display_name', 'folder', 'tags', 'description', 'expire_time']

/** Changes what people call a file, where it lies and how long it stays. */
export default function EditFileDialog({ file, opened, onClose }: EditFileDialogProps) {
  const update = useUpdateFile()
  const [displayName, setDisplayName] = useState(file.displayName)
  const [folder, setFolder] = useState(file.folder)
  const [tags, setTags] = useState(file.tags)
  const [description, setDescription] = useState(file.description)
  const [expiry, setExpiry] = useState(file.expireTime === undefined ? '' : dayOf(file.expireTime))
  const above = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : ''
  const folders = useFolders(organizationOf(file.name), above, opened)
  const failure = update.error === null ? undefined : toApiError(update.error)
  const problemOf = (field: string) => {
    const violation = failure?.violations.find((one) => one.field.includes(field))
    return violation && violationSentence(violation)
  }
  const unplaced = failure !== undefined && !fieldNames.some((field) => problemOf(field) !== undefined)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const expireTime = isDay(expiry) ? startOfDay(expiry) : undefined
    const fields: Partial<FileFields> = {
      ...(displayName === file.displayName ? {} : { displayName }),
      ...(folder === file.folder ? {} : { folder }),
      ...(JSON.stringify(tags) === JSON.stringify(file.tags) ? {} : { tags }),
      ...(description === file.description ? {} : { description }),
      ...(expireTime?.getTime() === file.expireTime?.getTime() ? {} : { expireTime }),
    }
    if (Object.keys(fields).length === 0) return onClose()
    update.mutate({ name: file.name, fields }, { onSuccess: onClose })
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Change the file"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            required
            maxLength={255}
            data-autofocus
            value={displayName}
            error={problemOf('display_name')}
            onChange={(event) => setDisplayName(event.currentTarget.value)}
          />
          <Autocomplete
            label="Folder"
            description="Folders in folders are parted by “/”; empty for the top"
            data={(folders.data ?? []).map(({ path }) => path)}
            maxLength={800}
            value={folder}
            error={problemOf('folder')}
            onChange={setFolder}
          />
          <TagsInput
            label="Tags"
            placeholder={tags.length === 0 ? 'Type one and press Enter' : ''}
            maxTags={20}
            maxLength={60}
            acceptValueOnBlur
            clearable
            value={tags}
            error={problemOf('tags')}
            onChange={setTags}
          />
          <Textarea
            label="Description"
            autosize
            minRows={2}
            maxRows={6}
            maxLength={2000}
            value={description}
            error={problemOf('description')}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <TextInput
            label="Goes into the trash on"
            description="By itself, at the beginning of that day (UTC); empty for never"
            type="date"
            value={expiry}
            error={problemOf('expire_time')}
            onChange={(event) => setExpiry(event.currentTarget.value)}
          />
          {unplaced && (
            <Alert color="red" role="alert">
              {failure.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs" mt="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={update.isPending} disabled={displayName.trim() === ''}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
