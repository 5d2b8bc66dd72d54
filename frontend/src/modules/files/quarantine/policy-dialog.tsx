import type { FilePolicy } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Alert, Button, Group, Modal, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { purposeLabel } from '../file-purpose'
import { gigabytesText, parseGigabytes } from './gigabytes'
import { mediaTypesOf } from './policy-words'
import { useSetPolicy } from './quarantine-queries'

interface PolicyDialogProps {
  readonly policy: FilePolicy
  readonly opened: boolean
  readonly onClose: () => void
}

const DAY_S = 86_400

/** What may be uploaded for one purpose, from then on. */
export default function PolicyDialog({ policy, opened, onClose }: PolicyDialogProps) {
  const save = useSetPolicy()
  const [size, setSize] = useState(() => gigabytesText(policy.maxSizeBytes))
  const [unpacked, setUnpacked] = useState(() => gigabytesText(policy.maxUnpackedBytes))
  const [types, setTypes] = useState(() => policy.mediaTypes.join('\n'))
  const [encrypted, setEncrypted] = useState(policy.encryptedArchives === 'ARCHIVE_POLICY_ALLOW')
  const [days, setDays] = useState(() => daysText(policy))
  const maxSizeBytes = parseGigabytes(size)
  const maxUnpackedBytes = parseGigabytes(unpacked)
  const lifetimeDays = days === '' ? undefined : Number(days)
  const daysAreFine = days === '' || /^\d{1,5}(\.\d{1,6})?$/.test(days)
  const failure = save.error === null ? undefined : toApiError(save.error)
  const problem = (field: string) =>
    failure?.violations.find((violation) => violation.field.startsWith(`policy.${field}`))?.description

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (maxSizeBytes === undefined || maxUnpackedBytes === undefined || !daysAreFine) return
    const changed: FilePolicy = {
      purpose: policy.purpose,
      maxSizeBytes,
      mediaTypes: mediaTypesOf(types),
      encryptedArchives: encrypted ? 'ARCHIVE_POLICY_ALLOW' : 'ARCHIVE_POLICY_REJECT',
      maxUnpackedBytes,
      defaultLifetime:
        lifetimeDays === undefined
          ? undefined
          : { seconds: BigInt(Math.round(lifetimeDays * DAY_S)), nanos: 0 },
    }
    save.mutate(changed, { onSuccess: onClose })
  }
  const edit = (set: (value: string) => void) => (event: { currentTarget: { value: string } }) => {
    save.reset()
    set(event.currentTarget.value)
  }
  const number = 'Give a number of gigabytes, such as 10 or 0.5.'
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Policy: ${purposeLabel(policy.purpose)}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Largest file (GB)"
            inputMode="decimal"
            autoComplete="off"
            data-autofocus
            value={size}
            error={maxSizeBytes === undefined ? number : problem('max_size_bytes')}
            onChange={edit(setSize)}
          />
          <Textarea
            label="Types by content"
            description="One a line, such as image/png or text/*; none for all"
            autosize
            minRows={3}
            maxRows={10}
            value={types}
            error={problem('media_types')}
            onChange={edit(setTypes)}
          />
          <TextInput
            label="Archives unpacked at most (GB)"
            description="More is a bomb, and is rejected"
            inputMode="decimal"
            autoComplete="off"
            value={unpacked}
            error={maxUnpackedBytes === undefined ? number : problem('max_unpacked_bytes')}
            onChange={edit(setUnpacked)}
          />
          <Switch
            label="Take encrypted archives"
            description="Nobody can look into them, the scanner neither"
            checked={encrypted}
            onChange={(event) => setEncrypted(event.currentTarget.checked)}
          />
          <TextInput
            label="Expire after (days)"
            description="Unless whoever uploads says otherwise; empty for never"
            inputMode="numeric"
            autoComplete="off"
            value={days}
            error={daysAreFine ? problem('default_lifetime') : 'Give a number of days, or nothing.'}
            onChange={edit((value) => setDays(value.trim()))}
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
              loading={save.isPending}
              disabled={maxSizeBytes === undefined || maxUnpackedBytes === undefined || !daysAreFine}
            >
              Change the policy
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function daysText({ defaultLifetime }: FilePolicy): string {
  if (defaultLifetime === undefined) return ''
  return String(Number((Number(defaultLifetime.seconds) / DAY_S).toFixed(6)))
}
