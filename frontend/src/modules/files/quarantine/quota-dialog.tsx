import type { OrganizationStorage } from '@fairlead/proto/web/fairlead/files/v1/quarantine'
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { formatBytes } from '../../../ui/format-bytes'
import { gigabytesText, parseGigabytes } from './gigabytes'
import { useSetQuota } from './quarantine-queries'

interface QuotaDialogProps {
  readonly storage: OrganizationStorage
  readonly opened: boolean
  readonly onClose: () => void
}

/** How much room an organisation may take. */
export default function QuotaDialog({ storage, opened, onClose }: QuotaDialogProps) {
  const save = useSetQuota()
  // As it was when the dialog was made: what is typed must not change below the hands.
  const [typed, setTyped] = useState(() => gigabytesText(storage.usage?.quotaBytes ?? 0n))
  const quotaBytes = parseGigabytes(typed)
  const failure = save.error === null ? undefined : toApiError(save.error)
  const used = storage.usage?.usedBytes ?? 0n

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (quotaBytes !== undefined) save.mutate({ storage, quotaBytes }, { onSuccess: onClose })
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Quota of ${storage.organizationDisplayName}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Quota (GB)"
            description={`${formatBytes(used)} are used. Job results do not count.`}
            inputMode="decimal"
            autoComplete="off"
            data-autofocus
            value={typed}
            error={
              quotaBytes === undefined
                ? 'Give a number of gigabytes, such as 100 or 0.5.'
                : failure?.violations.find(({ field }) => field === 'quota_bytes')?.description
            }
            onChange={(event) => {
              save.reset()
              setTyped(event.currentTarget.value)
            }}
          />
          {quotaBytes !== undefined && quotaBytes < used && (
            <Text size="sm">
              That is less than is used: nothing more is taken until files are deleted. Nothing that is there
              is taken away.
            </Text>
          )}
          {failure !== undefined && failure.violations.length === 0 && (
            <Alert color="red" role="alert">
              {failure.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
            <Button type="submit" loading={save.isPending} disabled={quotaBytes === undefined}>
              Set
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
