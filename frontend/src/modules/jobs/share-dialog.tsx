import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Modal, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiError, toApiError } from '../../app/api-error'
import { useApi } from '../../app/services'
import { Copyable } from '../../ui/copyable'
import { notifyFailure } from '../../ui/notify'
import { ShareField, whoseAddress } from '../../ui/share-field'
import { SharedWith } from '../../ui/shared-with'
import { jobAddress, organizationOf } from './job-address'
import { lastSegment } from './job-name'
import { jobKeys } from './job-queries'

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
    mutationFn: (address: string) => api.jobs().ShareJob({ name: job.name, email: address }),
    onSuccess: (changed) => {
      setEmail('')
      queryClient.setQueryData(key, changed)
    },
  })
  const unshare = useMutation({
    mutationFn: (user: string) => api.jobs().UnshareJob({ name: job.name, user }),
    onSuccess: (changed) => queryClient.setQueryData(key, changed),
    onError: (error) => notifyFailure('The share was not removed', error),
  })
  const failure = share.error === null ? undefined : toApiError(share.error)
  const problem = failure && problemOf(failure)

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Share this job"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <ShareField
          label="E-mail address"
          description={whoseAddress(withAnyone)}
          type="email"
          value={email}
          pending={share.isPending}
          problem={problem}
          failure={failure?.message}
          onChange={(value) => {
            share.reset()
            setEmail(value)
          }}
          onShare={(value) => share.mutate(value)}
        />
        <SharedWith
          shares={job.shares.map((one) => ({ ...one, with: one.user }))}
          empty="Nobody yet. Members of your organisation find the job under “Jobs” without that."
          ending={unshare.isPending ? unshare.variables : undefined}
          onEnd={({ user }) => unshare.mutate(user)}
        />
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
