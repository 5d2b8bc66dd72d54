import type { Job, ListJobsResponse } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { keepStreamOpen } from '../../app/reconnecting-stream'
import { useServices } from '../../app/services'
import { hasEnded } from '../../ui/phase'
import { mergedJob, withChangedJob, withoutJob } from './job-change'
import { lastSegment } from './job-name'
import { jobKeys } from './job-queries'

/** Listing again this long after the first change, milliseconds: a burst of changes makes one call. */
const settleMs = 500

/** Keeps every list of the organisation's jobs live while its pages are open. */
export function LiveJobs({ organization }: { organization: string }) {
  const { api, connection } = useServices()
  const queryClient = useQueryClient()

  useEffect(() => {
    const listsKey = jobKeys.lists(organization)
    let timer: ReturnType<typeof setTimeout> | undefined
    const listAgain = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void queryClient.invalidateQueries({ queryKey: listsKey })
        // Whatever changed may have moved the places of the jobs that wait.
        void queryClient.invalidateQueries({
          queryKey: jobKeys.everyJob(organization),
          predicate: ({ state }) => (state.data as Job | undefined)?.phase === 'PHASE_QUEUED',
        })
      }, settleMs)
    }

    function onJob(changed: Job) {
      let phaseOrPlaceChanged = false
      for (const [key, page] of queryClient.getQueriesData<ListJobsResponse>({ queryKey: listsKey })) {
        if (page === undefined) continue
        const shown = page.jobs.find((job) => job.name === changed.name)
        // It may belong into, or no longer into, a filtered list.
        if (shown === undefined || shown.phase !== changed.phase) phaseOrPlaceChanged = true
        queryClient.setQueryData(key, withChangedJob(page, changed))
      }
      if (phaseOrPlaceChanged) listAgain()

      const jobKey = jobKeys.job(organization, lastSegment(changed.name))
      const job = queryClient.getQueryData<Job>(jobKey)
      if (job === undefined || job.version >= changed.version) return
      queryClient.setQueryData(jobKey, mergedJob(job, changed))
      if (hasEnded(changed.phase)) void queryClient.invalidateQueries({ queryKey: jobKey })
    }

    function onDeleted(name: string) {
      queryClient.setQueriesData<ListJobsResponse>(
        { queryKey: listsKey },
        (page) => page && withoutJob(page, name),
      )
      void queryClient.invalidateQueries({ queryKey: jobKeys.job(organization, lastSegment(name)) })
      listAgain()
    }

    const close = keepStreamOpen({
      open: () => api.jobs().WatchJobs({ parent: `organizations/${organization}` }),
      onUnreachable: connection.reportUnreachable,
      // The stream has no history: what changed before it opened is found by listing.
      onOpen: listAgain,
      // biome-ignore lint/suspicious/noConsole: the lists still load, so the page says nothing.
      onRefused: (error) => console.warn('The list of jobs is not live:', error.message),
      onMessage: ({ change }) => {
        if (change?.$case === 'job') onJob(change.value)
        else if (change?.$case === 'deleted') onDeleted(change.value)
      },
    })
    return () => {
      clearTimeout(timer)
      close()
    }
  }, [api, connection, queryClient, organization])

  return null
}
