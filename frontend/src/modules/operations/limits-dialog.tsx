import type { OrganizationLoad } from '@fairlead/proto/web/fairlead/jobs/v1/operations'
import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { notifySuccess } from '../../ui/notify'
import { type Limits, limitsOf, noLimits, problemWithLimit, toLimitFields } from './limits'
import { operationsKeys, useOperations } from './operations-queries'

interface LimitsDialogProps {
  readonly load: OrganizationLoad
  readonly opened: boolean
  readonly onClose: () => void
}

const fields: readonly (readonly [keyof Limits, label: string, text: string, request: string])[] = [
  ['unfinishedJobs', 'Jobs that have not ended', 'A further one is refused.', 'unfinished_jobs_limit'],
  ['executingJobs', 'Jobs that execute at a time', 'Further ones stay queued.', 'executing_jobs_limit'],
  [
    'runningTasks',
    'Tasks that run at a time',
    '0 means as many as there are workers for.',
    'running_tasks_limit',
  ],
]

/** How much an organisation may queue and run. */
export default function LimitsDialog({ load, opened, onClose }: LimitsDialogProps) {
  const operations = useOperations()
  const queryClient = useQueryClient()
  // As it was when the dialog was made: what is typed must not change below the hands.
  const [limits, setLimits] = useState(() => limitsOf(load))

  const save = useMutation({
    mutationFn: (changed: Limits) =>
      operations().SetOrganizationLimits({ organization: load.organization, ...toLimitFields(changed) }),
    onSuccess: (changed) => {
      queryClient.setQueryData<OrganizationLoad[]>(operationsKeys.loads, (loads) =>
        loads?.map((one) => (one.organization === changed.organization ? changed : one)),
      )
      notifySuccess('Limits changed', load.displayName)
      onClose()
    },
  })
  const failure = save.error === null ? undefined : toApiError(save.error)
  const malformed = Object.values(limits).some((value) => problemWithLimit(value) !== undefined)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate(limits)
  }

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Limits of ${load.displayName || load.organization}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          {fields.map(([name, label, text, request], index) => (
            <TextInput
              key={name}
              label={label}
              description={text}
              placeholder="Default of the installation"
              inputMode="numeric"
              autoComplete="off"
              value={limits[name]}
              error={
                problemWithLimit(limits[name]) ??
                failure?.violations.find(({ field }) => field === request)?.description
              }
              {...(index === 0 ? { 'data-autofocus': true } : {})}
              onChange={(event) => {
                save.reset()
                setLimits({ ...limits, [name]: event.currentTarget.value.trim() })
              }}
            />
          ))}
          {failure !== undefined && failure.violations.length === 0 && (
            <Alert color="red" role="alert">
              {failure.message}
            </Alert>
          )}
          <Group justify="space-between" gap="xs">
            <Button
              variant="subtle"
              px="xs"
              disabled={!load.ownLimits || save.isPending}
              onClick={() => save.mutate(noLimits)}
            >
              Use the defaults
            </Button>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                Close
              </Button>
              <Button type="submit" loading={save.isPending} disabled={malformed}>
                Set
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
