import { Alert, Anchor, Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { toApiError } from '../../app/api-error'
import { notifySuccess } from '../../ui/notify'
import { parsePeriod } from './consent-period'
import { locationKeys } from './location-keys'
import { usePersonService } from './use-person-service'
import { usePurposes } from './use-purposes'

interface RecordConsentsDialogProps {
  readonly organization: string
  /** Who consented: their resource names, up to 1,000. */
  readonly persons: readonly string[]
  /** Of the one person, if it is one. */
  readonly displayName?: string | undefined
  readonly opened: boolean
  readonly onClose: () => void
  readonly onRecorded?: () => void
}

/** Writes down that one or many persons consented. */
export default function RecordConsentsDialog(props: RecordConsentsDialogProps) {
  const { opened, onClose } = props
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Record a consent"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <ConsentForm {...props} />
    </Modal>
  )
}

function ConsentForm({ organization, persons, displayName, onClose, onRecorded }: RecordConsentsDialogProps) {
  const service = usePersonService()
  const queryClient = useQueryClient()
  const purposes = usePurposes(organization)
  const [purpose, setPurpose] = useState<string>()
  const [from, setFrom] = useState('')
  const [until, setUntil] = useState('')
  const [note, setNote] = useState('')
  const only = purposes.data?.length === 1 ? purposes.data[0]?.name : undefined
  const chosen = purpose ?? only
  const parsed = parsePeriod(from, until)
  const who = persons.length === 1 ? (displayName ?? '1 person') : `${persons.length} persons`

  const record = useMutation({
    mutationFn: (request: { purpose: string; startTime: Date | undefined; endTime: Date | undefined }) =>
      service().RecordConsents({
        parent: `organizations/${organization}`,
        persons: [...persons],
        note: note.trim(),
        ...request,
      }),
    onSuccess: ({ recorded }) => {
      notifySuccess('Consent recorded', recorded === 1 ? who : `Of ${recorded} persons`)
      onRecorded?.()
      onClose()
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: locationKeys.organization(organization) }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if ('period' in parsed && chosen !== undefined) record.mutate({ purpose: chosen, ...parsed.period })
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">
          Of <strong>{who}</strong>. From now on members who may see locations can ask about{' '}
          {persons.length === 1 ? 'this person' : 'these persons'} for the purpose, and each question is
          written down.
        </Text>
        {purposes.data?.length === 0 ? (
          <Alert color="yellow" role="status">
            There is no purpose to consent to yet.{' '}
            <Anchor component={Link} to={`/o/${organization}/locations/policy`} inherit underline="always">
              Add a purpose first
            </Anchor>
          </Alert>
        ) : (
          <Select
            label="Purpose"
            required
            data-autofocus
            placeholder={purposes.isPending ? 'Loading…' : 'Choose one'}
            data={(purposes.data ?? []).map(({ name, displayName: label }) => ({ value: name, label }))}
            value={chosen ?? null}
            allowDeselect={false}
            onChange={(value) => setPurpose(value ?? undefined)}
            error={purposes.isError && 'The purposes could not be loaded.'}
          />
        )}
        <Group gap="sm" align="flex-start" grow>
          <TextInput
            type="date"
            label="First day"
            description="UTC; empty for all earlier"
            value={from}
            max={until || undefined}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="date"
            label="Last day"
            description="Included; empty for all later"
            value={until}
            min={from || undefined}
            error={'problem' in parsed && parsed.problem}
            onChange={(event) => setUntil(event.currentTarget.value)}
          />
        </Group>
        <Textarea
          label="Note"
          description="Where the consent itself is to be found, such as a form’s number"
          maxLength={500}
          autosize
          minRows={2}
          maxRows={6}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {record.isError && (
          <Alert color="red" role="alert">
            {toApiError(record.error).message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button
            type="submit"
            loading={record.isPending}
            disabled={chosen === undefined || 'problem' in parsed}
          >
            Record
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
