import {
  type OperationsService,
  OperationsServiceClientImpl,
  type OrganizationLoad,
  type RunningTask,
  type UnfinishedJob,
} from '@fairlead/proto/web/fairlead/jobs/v1/operations'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'
import { type JobChoice, phasesOf } from './job-choice'

/** How often what runs is asked for again while the page is looked at, milliseconds. */
const refreshMs = 2_000

export const operationsKeys = {
  all: ['operations'] as const,
  tasks: ['operations', 'tasks'] as const,
  jobs: (choice: JobChoice) => ['operations', 'jobs', choice] as const,
  loads: ['operations', 'loads'] as const,
  workers: ['operations', 'workers'] as const,
}

/** Its client comes with this page, which few open. */
export function useOperations(): (call?: CallOptions) => OperationsService {
  const api = useApi()
  return useMemo(() => (call) => new OperationsServiceClientImpl(api.rpc(call)), [api])
}

const live = { refetchInterval: refreshMs, placeholderData: keepPreviousData, staleTime: 0 } as const

const taskPageSize = 100
const jobPageSize = 25

export interface Pages<Item> {
  readonly items: readonly Item[]
  /** Whether there are more than were asked for. */
  readonly more: boolean
}

/** The first pages of a list, read anew each time: what is listed comes and goes. */
export async function firstPages<Item>(
  pages: number,
  read: (pageToken: string) => Promise<{ items: Item[]; nextPageToken: string }>,
): Promise<Pages<Item>> {
  const items: Item[] = []
  let pageToken = ''
  for (let page = 0; page < pages; page++) {
    const part = await read(pageToken)
    items.push(...part.items)
    pageToken = part.nextPageToken
    if (pageToken === '') break
  }
  return { items, more: pageToken !== '' }
}

/** @param pages how many pages of the running tasks to show, longest running first */
export function useRunningTasks(pages: number) {
  const operations = useOperations()
  return useQuery({
    ...live,
    queryKey: [...operationsKeys.tasks, pages],
    queryFn: ({ signal }): Promise<Pages<RunningTask>> =>
      firstPages(pages, async (pageToken) => {
        const { tasks, nextPageToken } = await operations({ signal }).ListRunningTasks({
          pageSize: taskPageSize,
          pageToken,
        })
        return { items: tasks, nextPageToken }
      }),
  })
}

/** @param pages how many pages of the jobs to show, oldest first */
export function useUnfinishedJobs(choice: JobChoice, pages: number) {
  const operations = useOperations()
  const key = operationsKeys.jobs(choice)
  return useQuery({
    ...live,
    queryKey: [...key, pages],
    // Jobs of another choice would be shown under the wrong heading.
    placeholderData: (previous: Pages<UnfinishedJob> | undefined, query) =>
      query?.queryKey[2] === choice ? previous : undefined,
    queryFn: ({ signal }): Promise<Pages<UnfinishedJob>> =>
      firstPages(pages, async (pageToken) => {
        const { jobs, nextPageToken } = await operations({ signal }).ListUnfinishedJobs({
          phases: [...phasesOf[choice]],
          pageSize: jobPageSize,
          pageToken,
        })
        return { items: jobs, nextPageToken }
      }),
  })
}

/** Every organisation: an installation has few enough to show them all. */
export function useOrganizationLoads() {
  const operations = useOperations()
  return useQuery({
    ...live,
    queryKey: operationsKeys.loads,
    queryFn: async ({ signal }) => {
      const loads: OrganizationLoad[] = []
      let pageToken = ''
      do {
        const part = await operations({ signal }).ListOrganizationLoads({ pageSize: 500, pageToken })
        loads.push(...part.loads)
        pageToken = part.nextPageToken
      } while (pageToken !== '')
      return loads.sort((one, other) => one.displayName.localeCompare(other.displayName))
    },
  })
}

export function useWorkers() {
  const operations = useOperations()
  return useQuery({
    ...live,
    queryKey: operationsKeys.workers,
    queryFn: async ({ signal }) => (await operations({ signal }).ListWorkers({})).workers,
  })
}
