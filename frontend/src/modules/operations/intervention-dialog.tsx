import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { notifySuccess } from '../../ui/notify'
import { operationsKeys, useOperations } from './operations-queries'

export type Intervention = 'abort' | 'hold'

const words = {
  abort: {
    title: 'Abort this job?',
    text: 'It ends as ABORTED, and what it has made so far is discarded. This cannot be undone.',
    confirm: 'Abort the job',
    keep: 'Keep',
    done: 'Job aborted',
  },
  hold: {
    title: 'Hold this job?',
    text: 'If it waits, it does not start. If it executes, its running tasks stop and begin anew after its release; the time does not count against its limit.',
    confirm: 'Hold the job',
    keep: 'Close',
    done: 'Job held',
  },
} as const

interface InterventionDialogProps {
  readonly intervention: Intervention
  /** "organizations/{organization}/jobs/{uuid}" */
  readonly job: string
  /** What the job is, for people. */
  readonly description: string
  readonly opened: boolean
  readonly onClose: () => void
}

/** Asks for the reason that the job's owner reads. */
export default function InterventionDialog({
  intervention,
  job,
  description,
  opened,
  onClose,
}: InterventionDialogProps) {
  const operations = useOperations()
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const { title, text, confirm, keep, done } = words[intervention]

  const close = () => {
    onClose()
    intervene.reset()
    setReason('')
  }
  const intervene = useMutation({
    mutationFn: async () => {
      const request = { job, reason: reason.trim() }
      if (intervention === 'abort') await operations().AbortJob(request)
      else await operations().HoldJob(request)
    },
    onSuccess: () => {
      notifySuccess(done, description)
      close()
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: operationsKeys.all }),
  })
  const failure = intervene.error === null ? undefined : toApiError(intervene.error)
  const problem = failure?.violations.find(({ field }) => field === 'reason')?.description

  const submit = (event: FormEvent) => {
    event.preventDefault()
    intervene.mutate()
  }

  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <div>
            <Text size="sm" fw={570} style={{ overflowWrap: 'anywhere' }}>
              {description}
            </Text>
            <Text size="sm" mt={6}>
              {text}
            </Text>
          </div>
          <Textarea
            label="Reason"
            description="The job’s owner reads it"
            required
            minLength={3}
            maxLength={500}
            autosize
            minRows={2}
            maxRows={6}
            data-autofocus
            value={reason}
            error={problem}
            onChange={(event) => {
              intervene.reset()
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
              {keep}
            </Button>
            <Button
              type="submit"
              color={intervention === 'abort' ? 'red.8' : 'sea'}
              loading={intervene.isPending}
              disabled={reason.trim().length < 3}
            >
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
