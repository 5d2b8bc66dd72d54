import { Alert, Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { useCreatePurpose } from './policy-queries'
import { isPurposeSlug, purposeSlug } from './purpose-slug'

interface PurposeDialogProps {
  readonly organization: string
  readonly opened: boolean
  readonly onClose: () => void
}

/** Adds something that locations are looked at for. */
export default function PurposeDialog(props: PurposeDialogProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title="Add a purpose"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <PurposeForm {...props} />
    </Modal>
  )
}

function PurposeForm({ organization, onClose }: PurposeDialogProps) {
  const create = useCreatePurpose(organization)
  const [displayName, setDisplayName] = useState('')
  const [description, setDescription] = useState('')
  // Follows the name until it is touched.
  const [ownSlug, setOwnSlug] = useState<string>()
  const slug = ownSlug ?? purposeSlug(displayName)
  const failure = create.error === null ? undefined : toApiError(create.error)
  const problem = (field: string) =>
    failure?.violations.find((violation) => violation.field === field)?.description
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate(
      { locationPurposeId: slug, displayName: displayName.trim(), description: description.trim() },
      { onSuccess: onClose },
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          description="As persons read it who consent"
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
          label="Identifier"
          description="In calls. Small letters, digits and hyphens; it cannot be changed."
          required
          maxLength={63}
          autoComplete="off"
          styles={{ input: { fontFamily: 'var(--fairlead-mono)' } }}
          value={slug}
          error={
            problem('location_purpose_id') ??
            (slug !== '' &&
              !isPurposeSlug(slug) &&
              'Begin with a small letter; then letters, digits or hyphens.')
          }
          onChange={(event) => {
            create.reset()
            setOwnSlug(event.currentTarget.value)
          }}
        />
        <Textarea
          label="Description"
          description="What locations are looked at for, by whom, and until when"
          maxLength={1000}
          autosize
          minRows={3}
          maxRows={8}
          value={description}
          error={problem('description')}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {failure !== undefined && failure.violations.length === 0 && (
          <Alert color="red" role="alert">
            {failure.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button
            type="submit"
            loading={create.isPending}
            disabled={displayName.trim() === '' || !isPurposeSlug(slug)}
          >
            Add
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
