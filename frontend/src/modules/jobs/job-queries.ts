import type { Job, ListJobsResponse, Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useApi } from '../../app/services'

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
  tasks: (organization: string, id: string) => ['jobs', organization, 'tasks', id] as const,
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

export function useJob(organization: string, id: string) {
  const api = useApi()
  return useQuery({
    queryKey: jobKeys.job(organization, id),
    queryFn: ({ signal }): Promise<Job> =>
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
