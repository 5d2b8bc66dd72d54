import type { Job, ListJobsResponse, Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useApi } from '../../app/services'
import { hasEnded } from '../../ui/phase'

export interface JobFilter {
  readonly phases: readonly Phase[]
  readonly service: string
  /** "users/{uuid}", "users/me", or empty for everyone. */
  readonly owner: string
  /** Days as YYYY-MM-DD, UTC, both included; empty is open. */
  readonly from: string
  readonly to: string
}

export const everyJob: JobFilter = { phases: [], service: '', owner: '', from: '', to: '' }

/** Query keys; the stream of changes patches what lies under them. */
export const jobKeys = {
  lists: (organization: string) => ['jobs', organization, 'list'] as const,
  job: (organization: string, id: string) => ['jobs', organization, 'job', id] as const,
  /** Every job that was loaded by itself. */
  everyJob: (organization: string) => ['jobs', organization, 'job'] as const,
  tasks: (organization: string, id: string) => ['jobs', organization, 'tasks', id] as const,
  log: (organization: string, id: string) => ['jobs', organization, 'log', id] as const,
  shared: ['shared-jobs'] as const,
  services: (organization: string) => ['services', organization] as const,
}

export function useJobs(organization: string, filter: JobFilter, pageSize: number, pageToken = '') {
  const api = useApi()
  return useQuery({
    queryKey: [...jobKeys.lists(organization), filter, pageSize, pageToken],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }): Promise<ListJobsResponse> =>
      api.jobs({ signal }).ListJobs({
        parent: `organizations/${organization}`,
        phases: [...filter.phases],
        service: filter.service,
        owner: filter.owner,
        ...(filter.from === '' ? {} : { createdAfter: new Date(`${filter.from}T00:00:00Z`) }),
        ...(filter.to === '' ? {} : { createdBefore: dayAfter(filter.to) }),
        pageSize,
        pageToken,
      }),
  })
}

function dayAfter(day: string): Date {
  return new Date(new Date(`${day}T00:00:00Z`).getTime() + 86_400_000)
}

/** How often a place in the queue is asked for again, milliseconds: other jobs move it too. */
const queuedIntervalMs = 5_000

/** @param live whether the stream of the organisation's changes, which members have, keeps the job up to date */
export function useJob(organization: string, id: string, live = true) {
  const api = useApi()
  return useQuery<Job>({
    queryKey: jobKeys.job(organization, id),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && (data.phase === 'PHASE_QUEUED' || (!live && !hasEnded(data.phase)))
        ? queuedIntervalMs
        : false,
    queryFn: ({ signal }) =>
      api.jobs({ signal }).GetJob({ name: `organizations/${organization}/jobs/${id}` }),
  })
}

export function useServicesOffered(organization: string) {
  const api = useApi()
  return useQuery({
    queryKey: jobKeys.services(organization),
    staleTime: 300_000,
    queryFn: async ({ signal }) =>
      (await api.jobs({ signal }).ListServices({ parent: `organizations/${organization}` })).services,
  })
}

/** Jobs of any organisation that others have shared with the caller. */
export function useSharedJobs(pageToken: string) {
  const api = useApi()
  return useQuery({
    queryKey: [...jobKeys.shared, pageToken],
    placeholderData: keepPreviousData,
    // No stream tells of jobs in other organisations.
    refetchInterval: 10_000,
    queryFn: ({ signal }) => api.jobs({ signal }).ListSharedJobs({ pageSize: 25, pageToken }),
  })
}
