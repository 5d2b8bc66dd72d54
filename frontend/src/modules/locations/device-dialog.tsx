import type { Person } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { useCreateDevice } from './device-queries'

interface DeviceDialogProps {
  readonly organization: string
  readonly person: Person
  readonly opened: boolean
  readonly onClose: () => void
}

/** Adds a device that tells where its person is. */
export default function DeviceDialog(props: DeviceDialogProps) {
  const { opened, onClose } = props
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Add a device"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <DeviceForm {...props} />
    </Modal>
  )
}

function DeviceForm({ organization, person, onClose }: DeviceDialogProps) {
  const create = useCreateDevice(organization)
  const [displayName, setDisplayName] = useState('')
  const [externalId, setExternalId] = useState('')
  const failure = create.error === null ? undefined : toApiError(create.error)
  const problem = (field: string) =>
    failure?.violations.find((violation) => violation.field === field)?.description
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate(
      { person: person.name, displayName: displayName.trim(), externalId: externalId.trim() },
      { onSuccess: onClose },
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          description="Such as “Phone” or “Tracker 12”"
          required
          maxLength={120}
          autoComplete="off"
          data-autofocus
          value={displayName}
          error={problem('display_name')}
          onChange={(event) => {
            create.reset()
            setDisplayName(event.currentTarget.value)
          }}
        />
        <TextInput
          label="External ID"
          description="As files that are imported name it. Unique, or empty."
          maxLength={120}
          autoComplete="off"
          value={externalId}
          error={problem('external_id')}
          onChange={(event) => {
            create.reset()
            setExternalId(event.currentTarget.value)
          }}
        />
        {failure !== undefined && !problem('display_name') && !problem('external_id') && (
          <Alert color="red" role="alert">
            {failure.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={create.isPending} disabled={displayName.trim() === ''}>
            Add
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
