import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button } from '@mantine/core'
import { IconPlayerPlay, IconPlayerStop, IconRefresh, IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { CurrentOrganization } from '../../app/organization'
import { useApi } from '../../app/services'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { hasEnded } from '../../ui/phase'
import { useCaller } from '../identity/caller'
import { jobTitle, lastSegment } from './job-name'
import { jobKeys } from './job-queries'
import { submitAddress } from './submit-address'

export function JobActions({ job, organization }: { job: Job; organization: CurrentOrganization }) {
  const api = useApi()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const { data: caller } = useCaller()
  const [asking, setAsking] = useState<'cancel' | 'delete'>()
  const isOwner = caller?.name === job.owner
  const maySubmit = organization.may('jobs.submit')
  const mayChange = maySubmit && (isOwner || organization.may('jobs.manage'))
  const key = jobKeys.job(organization.slug, lastSegment(job.name))
  const ended = hasEnded(job.phase)

  const run = useMutation({
    mutationFn: () => api.jobs().RunJob({ name: job.name }),
    onSuccess: (changed) => queryClient.setQueryData(key, changed),
    onError: (error) => notifyFailure('The job could not be started', error),
  })
  const cancel = useMutation({
    mutationFn: () => api.jobs().CancelJob({ name: job.name }),
    onSuccess: (changed) => {
      queryClient.setQueryData(key, changed)
      notifySuccess('Job cancelled', jobTitle(job))
    },
    onError: (error) => notifyFailure('The job could not be cancelled', error),
    onSettled: () => setAsking(undefined),
  })
  const remove = useMutation({
    mutationFn: () => api.jobs().DeleteJob({ name: job.name }),
    onSuccess: () => {
      notifySuccess('Job deleted', jobTitle(job))
      navigate(`${organization.path}/jobs`)
      void queryClient.invalidateQueries({ queryKey: jobKeys.lists(organization.slug) })
    },
    onError: (error) => notifyFailure('The job could not be deleted', error),
    onSettled: () => setAsking(undefined),
  })

  return (
    <>
      {job.phase === 'PHASE_PENDING' && isOwner && maySubmit && (
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={run.isPending}
          onClick={() => run.mutate()}
        >
          Start
        </Button>
      )}
      {maySubmit && (
        <Button
          component={Link}
          to={submitAddress(organization.path, job.service, job.parameters, job.runId)}
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
        >
          Run again
        </Button>
      )}
      {mayChange && !ended && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          onClick={() => setAsking('cancel')}
        >
          Cancel job
        </Button>
      )}
      {mayChange && (
        <Button
          variant="default"
          c="var(--mantine-color-error)"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => setAsking('delete')}
        >
          Delete
        </Button>
      )}
      <ConfirmDialog
        opened={asking === 'cancel'}
        title="Cancel this job?"
        text="It stops, and what it has made so far is discarded."
        confirm="Cancel the job"
        pending={cancel.isPending}
        onConfirm={() => cancel.mutate()}
        onClose={() => setAsking(undefined)}
      />
      <ConfirmDialog
        opened={asking === 'delete'}
        title="Delete this job?"
        text={
          ended
            ? 'The job and its results are removed for everyone. This cannot be undone.'
            : 'The job is stopped, and it and its results are removed for everyone. This cannot be undone.'
        }
        confirm="Delete the job"
        pending={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(undefined)}
      />
    </>
  )
}
