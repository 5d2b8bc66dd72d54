import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useApi } from '../../app/services'
import { notifyFailure } from '../../ui/notify'
import { organizationOf } from './job-address'
import { lastSegment } from './job-name'
import { jobKeys } from './job-queries'

/** Queues a PENDING or HELD job. */
export function useRunJob(job: Pick<Job, 'name'>) {
  const api = useApi()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => api.jobs().RunJob({ name: job.name }),
    onSuccess: (changed) =>
      queryClient.setQueryData(jobKeys.job(organizationOf(job.name), lastSegment(job.name)), changed),
    onError: (error) => notifyFailure('The job could not be started', error),
  })
}
