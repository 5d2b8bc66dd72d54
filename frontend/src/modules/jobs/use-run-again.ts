import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { useNavigate } from 'react-router'
import { useApi } from '../../app/services'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { jobAddress, organizationOf } from './job-address'
import { lastSegment } from './job-name'
import { jobKeys } from './job-queries'

/** Submits a new job that is like another, and leads to it. */
export function useRunAgain(job: Job) {
  const api = useApi()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const organization = organizationOf(job.name)
  // Kept until a job was made, so that a lost answer does not make a second one.
  const requestId = useRef('')
  return useMutation({
    mutationFn: () => {
      requestId.current ||= crypto.randomUUID()
      return api.jobs().CreateJob({
        parent: `organizations/${organization}`,
        service: job.service,
        parameters: [...job.parameters],
        runId: job.runId,
        executionDuration: job.executionDuration,
        requestId: requestId.current,
      })
    },
    onSuccess: (made) => {
      requestId.current = ''
      notifySuccess('Job submitted', 'The same parameters, as a new job.')
      queryClient.setQueryData(jobKeys.job(organization, lastSegment(made.name)), made)
      void queryClient.invalidateQueries({ queryKey: jobKeys.lists(organization) })
      navigate(jobAddress(made.name))
    },
    onError: (error) => notifyFailure('The job could not be run again', error),
  })
}
