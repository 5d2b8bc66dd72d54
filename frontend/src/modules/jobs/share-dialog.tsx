import type { Job, JobShare } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { ActionIcon, Alert, Avatar, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type ApiError, toApiError } from '../../app/api-error'
import { useApi } from '../../app/services'
import { Copyable } from '../../ui/copyable'
import { notifyFailure } from '../../ui/notify'
import { RelativeTime } from '../../ui/relative-time'
import { jobAddress, organizationOf } from './job-address'
import { lastSegment } from './job-name'
import { jobKeys } from './job-queries'
import classes from './share-dialog.module.css'

interface ShareDialogProps {
  readonly job: Job
  readonly opened: boolean
  /** Whether the caller may share with users who are not members of the organisation. */
  readonly withAnyone: boolean
  readonly onClose: () => void
}

/** The field is the only one: whoever nobody knows, and whoever may not see it, is its problem. */
function problemOf(failure: ApiError): string | undefined {
  const named = failure.violations.find(({ field }) => field === 'email')
  const problem = named?.description ?? (failure.code === 'NOT_FOUND' ? failure.message : undefined)
  return problem && problem.charAt(0).toUpperCase() + problem.slice(1)
}

export default function ShareDialog({ job, opened, withAnyone, onClose }: ShareDialogProps) {
  const api = useApi()
  const queryClient = useQueryClient()
  const [email, setEmail] = useState('')
  const key = jobKeys.job(organizationOf(job.name), lastSegment(job.name))

  const share = useMutation({
    mutationFn: () => api.jobs().ShareJob({ name: job.name, email: email.trim() }),
    onSuccess: (changed) => {
      setEmail('')
      queryClient.setQueryData(key, changed)
    },
  })
  const unshare = useMutation({
    mutationFn: ({ user }: JobShare) => api.jobs().UnshareJob({ name: job.name, user }),
    onSuccess: (changed) => queryClient.setQueryData(key, changed),
    onError: (error) => notifyFailure('The share was not removed', error),
  })
  const failure = share.error === null ? undefined : toApiError(share.error)
  const problem = failure && problemOf(failure)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    share.mutate()
  }

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Share this job"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <form onSubmit={submit}>
          <Group align="flex-start" gap="xs" wrap="nowrap">
            <TextInput
              label="E-mail address"
              description={
                withAnyone
                  ? 'Of anyone who has signed in here before'
                  : 'Of a member of your organisation; its administrators can share with others too'
              }
              type="email"
              required
              maxLength={254}
              data-autofocus
              flex={1}
              value={email}
              error={problem}
              onChange={(event) => {
                share.reset()
                setEmail(event.currentTarget.value)
              }}
              inputContainer={(input) => (
                <Group gap="xs" wrap="nowrap" align="center">
                  <div style={{ flex: 1 }}>{input}</div>
                  <Button type="submit" loading={share.isPending} disabled={email.trim() === ''}>
                    Share
                  </Button>
                </Group>
              )}
            />
          </Group>
        </form>
        {failure !== undefined && problem === undefined && (
          <Alert color="red" role="alert">
            {failure.message}
          </Alert>
        )}
        <section aria-label="Shared with">
          <Text size="sm" fw={600} mb={6}>
            Shared with
          </Text>
          {job.shares.length === 0 ? (
            <Text size="sm" c="dimmed">
              Nobody yet. Members of your organisation find the job under “Jobs” without that.
            </Text>
          ) : (
            <ul className={classes.shares}>
              {job.shares.map((one) => {
                const name = one.displayName || 'Unnamed user'
                return (
                  <li key={one.user}>
                    <Avatar size={28} radius="xl" name={name} color="gray" aria-hidden />
                    <div className={classes.person}>
                      <Text size="sm" fw={550} truncate title={name}>
                        {name}
                      </Text>
                      <Text size="xs" c="dimmed">
                        <RelativeTime time={one.createTime} />
                      </Text>
                    </div>
                    <ActionIcon
                      aria-label={`Stop sharing with ${name}`}
                      loading={unshare.isPending && unshare.variables.user === one.user}
                      onClick={() => unshare.mutate(one)}
                    >
                      <IconX size={16} aria-hidden />
                    </ActionIcon>
                  </li>
                )
              })}
            </ul>
          )}
        </section>
        <Text size="sm" c="dimmed" component="div">
          They see the job and its results, not its log, under “Shared with me” or at this address:
          <div>
            <Copyable value={`${window.location.origin}${jobAddress(job.name)}`} what="address" />
          </div>
        </Text>
      </Stack>
    </Modal>
  )
}
