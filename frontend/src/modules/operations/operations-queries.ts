import {
  type OperationsService,
  OperationsServiceClientImpl,
  type OrganizationLoad,
  type RunningTask,
} from '@fairlead/proto/web/fairlead/jobs/v1/operations'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** How often what runs is asked for again while the page is looked at, milliseconds. */
const refreshMs = 2_000

export const operationsKeys = {
  all: ['operations'] as const,
  tasks: ['operations', 'tasks'] as const,
  loads: ['operations', 'loads'] as const,
  workers: ['operations', 'workers'] as const,
}

/** Its client comes with this page, which few open. */
export function useOperations(): (call?: CallOptions) => OperationsService {
  const api = useApi()
  return useMemo(() => (call) => new OperationsServiceClientImpl(api.rpc(call)), [api])
}

const live = { refetchInterval: refreshMs, placeholderData: keepPreviousData, staleTime: 0 } as const

const taskPageSize = 200

export interface RunningTasks {
  readonly tasks: readonly RunningTask[]
  /** Whether there are more than were asked for. */
  readonly more: boolean
}

/** @param pages how many pages of the running tasks to show, longest running first */
export function useRunningTasks(pages: number) {
  const operations = useOperations()
  return useQuery({
    ...live,
    queryKey: [...operationsKeys.tasks, pages],
    queryFn: async ({ signal }): Promise<RunningTasks> => {
      const tasks: RunningTask[] = []
      let pageToken = ''
      for (let page = 0; page < pages; page++) {
        const part = await operations({ signal }).ListRunningTasks({ pageSize: taskPageSize, pageToken })
        tasks.push(...part.tasks)
        pageToken = part.nextPageToken
        if (pageToken === '') break
      }
      return { tasks, more: pageToken !== '' }
    },
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
      return loads
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
