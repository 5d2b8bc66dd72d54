import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { useNavigate } from 'react-router'
import { notifyFailure, notifySuccess } from '../../../ui/notify'
import { jobAddress, organizationOf } from '../../jobs/job-address'
import { lastSegment } from '../../jobs/job-name'
import { jobKeys } from '../../jobs/job-queries'
import { useWorkflowService } from '../use-workflow-service'

/** Runs what failed once more as a new job, and leads to it. */
export function useRetryRun(job: Pick<Job, 'name'>) {
  const workflows = useWorkflowService()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const organization = organizationOf(job.name)
  // Kept until a job was made, so that a lost answer does not make a second one.
  const requestId = useRef('')
  return useMutation({
    mutationFn: () => {
      requestId.current ||= crypto.randomUUID()
      return workflows().RetryWorkflowRun({ name: job.name, requestId: requestId.current })
    },
    onSuccess: (made) => {
      requestId.current = ''
      notifySuccess('The failed steps run again', 'As a new job; what had completed is used again.')
      queryClient.setQueryData(jobKeys.job(organization, lastSegment(made.name)), made)
      void queryClient.invalidateQueries({ queryKey: jobKeys.lists(organization) })
      navigate(jobAddress(made.name))
    },
    onError: (error) => notifyFailure('The run could not be retried', error),
  })
}
