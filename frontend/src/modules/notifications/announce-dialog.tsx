import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { toApiError } from '../../app/api-error'
import { formatUtc } from '../../ui/format-time'
import { type AnnouncementDraft, publishTimeOf } from './announcement-draft'
import { formatLocal, localZone } from './local-time'
import { people } from './people'

interface AnnounceDialogProps {
  readonly draft: AnnouncementDraft
  readonly recipientCount: number
  readonly opened: boolean
  readonly pending: boolean
  readonly error: unknown
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before so many are told of it. */
export function AnnounceDialog({
  draft,
  recipientCount,
  opened,
  pending,
  error,
  onConfirm,
  onClose,
}: AnnounceDialogProps) {
  const time = publishTimeOf(draft)
  const recipients = people(recipientCount)
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={time === undefined ? `Announce to ${recipients}?` : `Schedule for ${recipients}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text size="sm" fw={570} style={{ overflowWrap: 'anywhere' }}>
          {draft.title.trim()}
        </Text>
        <Text size="sm" component="div">
          {time === undefined ? (
            <>
              It stands in the inbox of <strong>{recipients}</strong> at once, and goes by mail to those who
              want that. It cannot be taken back.
            </>
          ) : (
            <>
              It goes to <strong>{recipients}</strong> on {formatLocal(time)} ({localZone()}), which is{' '}
              {formatUtc(time)}. Until then it can be cancelled. Who is a member at that time gets it.
            </>
          )}
        </Text>
        {error !== null && (
          <Alert color="red" role="alert">
            {toApiError(error).message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Back to the text
          </Button>
          <Button loading={pending} onClick={onConfirm}>
            {time === undefined ? `Announce to ${recipients}` : `Schedule for ${recipients}`}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
