import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Alert, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { useApi } from '../../app/services'
import { notifySuccess } from '../../ui/notify'
import { hasEnded } from '../../ui/phase'
import { durationChoices, toChoice, toDuration } from './execution-duration'
import { organizationOf } from './job-address'
import { lastSegment } from './job-name'
import { jobKeys, useServicesOffered } from './job-queries'

interface ChangeJobDialogProps {
  readonly job: Job
  readonly opened: boolean
  readonly onClose: () => void
}

/** As an input of kind datetime-local takes it, in UTC. */
function toInput(time: Date | undefined): string {
  return time === undefined ? '' : time.toISOString().slice(0, 16)
}

const yearMs = 366 * 86_400_000

/** How long a job may execute, and how long it is kept. */
export default function ChangeJobDialog({ job, opened, onClose }: ChangeJobDialogProps) {
  const api = useApi()
  const queryClient = useQueryClient()
  const organization = organizationOf(job.name)
  const services = useServicesOffered(organization)
  const service = services.data?.find(({ id }) => id === job.service)
  const before = { kept: toInput(job.destructionTime), duration: toChoice(job.executionDuration) }
  // Undefined until it is changed: the job may change below the dialog.
  const [kept, setKept] = useState<string>()
  const [duration, setDuration] = useState<string>()
  const ended = hasEnded(job.phase)
  const keptChanged = kept !== undefined && kept !== before.kept
  const durationChanged = duration !== undefined && duration !== before.duration

  const close = () => {
    onClose()
    setKept(undefined)
    setDuration(undefined)
    update.reset()
  }
  const update = useMutation({
    mutationFn: () =>
      api.jobs().UpdateJob({
        name: job.name,
        updateMask: [
          ...(keptChanged ? ['destruction_time'] : []),
          ...(durationChanged ? ['execution_duration'] : []),
        ],
        ...(keptChanged ? { destructionTime: new Date(`${kept}:00Z`) } : {}),
        ...(durationChanged ? { executionDuration: toDuration(duration) } : {}),
      }),
    onSuccess: (changed) => {
      queryClient.setQueryData(jobKeys.job(organization, lastSegment(job.name)), changed)
      notifySuccess('Job changed')
      close()
    },
  })
  const failure = update.error === null ? undefined : toApiError(update.error)
  const problemWith = (field: string) =>
    failure?.violations.find((violation) => violation.field === field)?.description

  const submit = (event: FormEvent) => {
    event.preventDefault()
    update.mutate()
  }

  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Change this job"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            type="datetime-local"
            label="Kept until (UTC)"
            description="Then its results are deleted; at most a year from now"
            required
            data-autofocus
            value={kept ?? before.kept}
            min={toInput(new Date())}
            max={toInput(new Date(Date.now() + yearMs))}
            error={problemWith('destruction_time')}
            onChange={(event) => {
              update.reset()
              setKept(event.currentTarget.value)
            }}
          />
          {!ended && (
            <Select
              label="Time limit"
              description="The longest that it may execute"
              data={durationChoices(service, before.duration).filter(({ value }) => value !== '')}
              value={duration ?? before.duration}
              allowDeselect={false}
              error={problemWith('execution_duration')}
              onChange={(choice) => {
                update.reset()
                setDuration(choice ?? before.duration)
              }}
            />
          )}
          {failure !== undefined &&
            problemWith('destruction_time') === undefined &&
            problemWith('execution_duration') === undefined && (
              <Alert color="red" role="alert">
                {failure.message}
              </Alert>
            )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Close
            </Button>
            <Button type="submit" loading={update.isPending} disabled={!keptChanged && !durationChanged}>
              Change
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
