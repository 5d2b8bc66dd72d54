import { Button, Group, Modal, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'

interface NewFolderDialogProps {
  readonly opened: boolean
  /** In which it will be; empty for the top. */
  readonly above: string
  /** @param folder its whole path */
  readonly onName: (folder: string) => void
  readonly onClose: () => void
}

/** Names a folder, which exists as soon as a file lies in it. */
export default function NewFolderDialog({ opened, above, onName, onClose }: NewFolderDialogProps) {
  const [name, setName] = useState('')
  const trimmed = name.trim()
  const problem = trimmed.includes('/') || trimmed === '.' || trimmed === '..'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (trimmed === '' || problem) return
    setName('')
    onName(above === '' ? trimmed : `${above}/${trimmed}`)
  }
  return (
    <Modal opened={opened} onClose={onClose} title="New folder" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <TextInput
          label="Name"
          required
          maxLength={100}
          data-autofocus
          value={name}
          error={problem && 'A name has no “/” and is more than dots.'}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Text size="sm" c="dimmed" mt="xs">
          It opens empty, and stays once a file lies in it.
        </Text>
        <Group justify="flex-end" gap="xs" mt="lg">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={trimmed === '' || problem}>
            Open the folder
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
