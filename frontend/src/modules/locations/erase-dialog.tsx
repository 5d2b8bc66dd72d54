import type { Person } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Alert, Button, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { useErasePerson } from './person-queries'

interface EraseDialogProps {
  readonly organization: string
  readonly person: Person
  readonly opened: boolean
  readonly onClose: () => void
  readonly onErased: () => void
}

/** Erases a person for good, once their name has been typed. */
export default function EraseDialog(props: EraseDialogProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title="Erase this person for good?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <EraseForm {...props} />
    </Modal>
  )
}

function EraseForm({ organization, person, onClose, onErased }: EraseDialogProps) {
  const erase = useErasePerson(organization)
  const [typed, setTyped] = useState('')
  const fits = typed.trim() === person.displayName.trim()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (fits) erase.mutate(person, { onSuccess: onErased })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <div>
          <Text size="sm" mb={6}>
            This cannot be undone. It deletes
          </Text>
          <List size="sm" spacing={2}>
            <List.Item>every fix of theirs, also of long ago,</List.Item>
            <List.Item>their devices, whose tokens stop working at once, and their consents,</List.Item>
            <List.Item>their name wherever the log of looks tells it.</List.Item>
          </List>
          <Text size="sm" mt={6}>
            If they may want a copy, export it first.
          </Text>
        </div>
        <TextInput
          label={<span style={{ overflowWrap: 'anywhere' }}>Type “{person.displayName}” to go on</span>}
          autoComplete="off"
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {erase.isError && (
          <Alert color="red" role="alert">
            {toApiError(erase.error).message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep
          </Button>
          <Button type="submit" color="red.8" loading={erase.isPending} disabled={!fits}>
            Erase for good
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
