import type { Person } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Alert, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { useMembers } from '../identity/member-queries'
import { type PersonFields, useSavePerson } from './person-queries'

interface PersonDialogProps {
  readonly organization: string
  /** To be changed; undefined for a new one. */
  readonly person?: Person
  readonly opened: boolean
  readonly onClose: () => void
}

/** Adds a person whose locations are kept, or changes what is known of one. */
export default function PersonDialog({ organization, person, opened, onClose }: PersonDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={person === undefined ? 'Add a person' : 'Change the person'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <PersonForm organization={organization} person={person} onClose={onClose} />
    </Modal>
  )
}

interface PersonFormProps {
  readonly organization: string
  readonly person: Person | undefined
  readonly onClose: () => void
}

/** Made anew whenever the dialog opens, so that it begins with what is kept. */
function PersonForm({ organization, person, onClose }: PersonFormProps) {
  const members = useMembers(organization)
  const save = useSavePerson(organization, person)
  const linked = members.data?.find(({ user }) => user !== undefined && user.name === person?.user)
  const [displayName, setDisplayName] = useState(person?.displayName ?? '')
  const [externalId, setExternalId] = useState(person?.externalId ?? '')
  // Undefined until it is touched: the members may still be loading.
  const [chosen, setChosen] = useState<string>()
  const userEmail = chosen ?? linked?.user?.email ?? ''

  const failure = save.error === null ? undefined : toApiError(save.error)
  const problem = (field: string) =>
    failure?.violations.find((violation) => violation.field === field)?.description
  const others = failure?.violations.every(
    ({ field }) => !['display_name', 'external_id', 'user_email'].includes(field),
  )

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const fields: PersonFields = {
      displayName: displayName.trim(),
      externalId: externalId.trim(),
      userEmail,
    }
    const mask = ['display_name', 'external_id', ...(chosen === undefined ? [] : ['user_email'])]
    save.mutate({ fields, mask }, { onSuccess: onClose })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          maxLength={120}
          autoComplete="off"
          data-autofocus
          value={displayName}
          error={problem('display_name')}
          onChange={(event) => {
            save.reset()
            setDisplayName(event.currentTarget.value)
          }}
        />
        <TextInput
          label="External ID"
          description="Your own key of the person, such as a number of a study. Unique, or empty."
          maxLength={120}
          autoComplete="off"
          value={externalId}
          error={problem('external_id')}
          onChange={(event) => {
            save.reset()
            setExternalId(event.currentTarget.value)
          }}
        />
        <Select
          label="Member"
          description="A person who is a member sees under My locations what is kept and who looked."
          placeholder={members.isPending ? 'Loading…' : 'Not a member'}
          data={(members.data ?? []).flatMap(({ user }) =>
            user === undefined || user.email === ''
              ? []
              : [{ value: user.email, label: `${user.displayName || user.email} (${user.email})` }],
          )}
          value={userEmail === '' ? null : userEmail}
          onChange={(value) => {
            save.reset()
            setChosen(value ?? '')
          }}
          searchable
          clearable
          nothingFoundMessage="No such member"
          error={problem('user_email') ?? (members.isError && 'The members could not be loaded.')}
        />
        {failure !== undefined && others && (
          <Alert color="red" role="alert">
            {failure.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={save.isPending} disabled={displayName.trim() === ''}>
            {person === undefined ? 'Add' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
