import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button } from '@mantine/core'
import { IconPencil, IconPlayerPlay, IconPlayerStop, IconShare, IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { CurrentOrganization } from '../../app/organization'
import { useApi } from '../../app/services'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { LazyDialog } from '../../ui/lazy-dialog'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { hasEnded } from '../../ui/phase'
import { toChoice } from './execution-duration'
import { jobTitle, lastSegment } from './job-name'
import { jobKeys } from './job-queries'
import type { JobRights } from './job-rights'
import { RunAgainButton } from './run-again-button'
import { submitAddress } from './submit-address'
import { useRunJob } from './use-run-job'

const ShareDialog = lazy(() => import('./share-dialog'))

interface JobActionsProps {
  readonly job: Job
  readonly organization: CurrentOrganization
  readonly rights: JobRights
}

export function JobActions({ job, organization, rights }: JobActionsProps) {
  const api = useApi()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const [asking, setAsking] = useState<'cancel' | 'delete' | 'share'>()
  const id = lastSegment(job.name)
  const key = jobKeys.job(organization.slug, id)
  const ended = hasEnded(job.phase)
  const pending = job.phase === 'PHASE_PENDING' && rights.mayRun
  /** Nothing is planned while required parameters are missing. */
  const incomplete = job.taskCount === 0

  const run = useRunJob(job)
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
      {pending && (
        <Button
          {...(incomplete ? { variant: 'default' } : {})}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={run.isPending}
          onClick={() => run.mutate()}
        >
          Start
        </Button>
      )}
      {pending && (
        <Button
          component={Link}
          to={submitAddress(organization.path, job.service, job.parameters, {
            runId: job.runId,
            duration: toChoice(job.executionDuration),
            job: id,
          })}
          {...(incomplete ? {} : { variant: 'default' })}
          leftSection={<IconPencil size={16} aria-hidden />}
        >
          Edit
        </Button>
      )}
      {rights.maySubmit && job.phase !== 'PHASE_PENDING' && (
        <RunAgainButton job={job} path={organization.path} />
      )}
      {rights.mayManage && (
        <Button
          variant="default"
          leftSection={<IconShare size={16} aria-hidden />}
          onClick={() => setAsking('share')}
        >
          Share
        </Button>
      )}
      {rights.mayManage && !ended && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          onClick={() => setAsking('cancel')}
        >
          Cancel job
        </Button>
      )}
      {rights.mayManage && (
        <Button
          variant="default"
          c="var(--mantine-color-error)"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => setAsking('delete')}
        >
          Delete
        </Button>
      )}
      <LazyDialog opened={asking === 'share'}>
        {(opened) => (
          <ShareDialog
            job={job}
            opened={opened}
            withAnyone={rights.mayShareWithAnyone}
            onClose={() => setAsking(undefined)}
          />
        )}
      </LazyDialog>
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
