import type { QuarantinedFile } from '@fairlead/proto/web/fairlead/files/v1/quarantine'
import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { useReject } from './quarantine-queries'

interface RejectDialogProps {
  readonly file: QuarantinedFile
  readonly opened: boolean
  readonly onClose: () => void
}

/** Gives up a file that cannot be scanned, with the reason that its owner reads. */
export default function RejectDialog({ file, opened, onClose }: RejectDialogProps) {
  const reject = useReject()
  const [reason, setReason] = useState('')
  const failure = reject.error === null ? undefined : toApiError(reject.error)
  const problem = failure?.violations.find(({ field }) => field === 'reason')?.description

  const close = () => {
    onClose()
    reject.reset()
    setReason('')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    reject.mutate({ file, reason: reason.trim() }, { onSuccess: close })
  }

  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Reject this version?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <div>
            <Text size="sm" fw={570} style={{ overflowWrap: 'anywhere' }}>
              <bdi>{file.displayName}</bdi>, version {file.version?.version}
            </Text>
            <Text size="sm" mt={6}>
              Its content is deleted, and it is not scanned any more. This cannot be undone; its owner can
              upload it again.
            </Text>
          </div>
          <Textarea
            label="Reason"
            description="The file’s owner reads it"
            required
            maxLength={500}
            autosize
            minRows={2}
            maxRows={6}
            data-autofocus
            value={reason}
            error={problem}
            onChange={(event) => {
              reject.reset()
              setReason(event.currentTarget.value)
            }}
          />
          {failure !== undefined && problem === undefined && (
            <Alert color="red" role="alert">
              {failure.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Keep
            </Button>
            <Button type="submit" color="red.8" loading={reject.isPending} disabled={reason.trim() === ''}>
              Reject the version
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
