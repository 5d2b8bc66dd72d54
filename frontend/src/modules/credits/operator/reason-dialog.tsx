import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { toApiError } from '../../../app/api-error'

interface ReasonDialogProps {
  readonly opened: boolean
  readonly title: string
  readonly text: ReactNode
  /** Undefined when no reason is asked for. */
  readonly reason?: { readonly description: string; readonly maxLength: number }
  /** The button's words: what will happen. */
  readonly confirm: string
  readonly color?: string
  readonly pending: boolean
  readonly error: unknown
  readonly onConfirm: (reason: string) => void
  readonly onClose: () => void
}

/** Asks before a decision, and for its reason; a failure stays in the dialog, with what was typed. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { opened, title, text, reason, confirm, color = 'sea', pending, error, onConfirm, onClose } = props
  const [typed, setTyped] = useState('')
  useEffect(() => {
    if (opened) setTyped('')
  }, [opened])
  const failure = error === null || error === undefined ? undefined : toApiError(error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onConfirm(typed.trim())
  }
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
            {text}
          </Text>
          {reason !== undefined && (
            <Textarea
              label="Reason"
              description={reason.description}
              required
              maxLength={reason.maxLength}
              autosize
              minRows={2}
              maxRows={8}
              data-autofocus
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          {failure !== undefined && (
            <Alert color="red" role="alert">
              {failure.message}
              {failure.violations.map(({ field, description }) => (
                <div key={field}>{description}</div>
              ))}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
            <Button
              type="submit"
              color={color}
              loading={pending}
              disabled={reason !== undefined && typed.trim() === ''}
              {...(reason === undefined ? { 'data-autofocus': true } : {})}
            >
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
