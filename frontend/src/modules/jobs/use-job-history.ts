import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { ApiError } from '../../app/api-error'
import { keepStreamOpen } from '../../app/reconnecting-stream'
import { useServices } from '../../app/services'
import { hasEnded } from '../../ui/phase'
import { emptyHistory, type JobHistory, lastPhase, withEvent } from './job-events'
import { jobKeys } from './job-queries'

/** Milliseconds. */
const togetherMs = 30

/** Follows a job from its first event until its last, through breaks of the connection. */
export function useJobHistory(
  organization: string,
  id: string,
): { history: JobHistory; refused: ApiError | undefined } {
  const { api, connection } = useServices()
  const queryClient = useQueryClient()
  const [history, setHistory] = useState(emptyHistory)
  const [refused, setRefused] = useState<ApiError>()

  useEffect(() => {
    // Outside React, so that opening again always goes on after the last event that came in.
    let current = emptyHistory
    setHistory(current)
    setRefused(undefined)
    // A replay brings thousands of events at once: the page is told of them together.
    let telling: ReturnType<typeof setTimeout> | undefined
    const tell = () => {
      telling ??= setTimeout(() => {
        telling = undefined
        setHistory(current)
      }, togetherMs)
    }
    const refetch = () => void queryClient.invalidateQueries({ queryKey: jobKeys.job(organization, id) })

    const close = keepStreamOpen({
      open: () =>
        api.jobs().WatchJob({
          name: `organizations/${organization}/jobs/${id}`,
          afterSequence: current.lastSequence,
        }),
      isComplete: () => {
        const phase = lastPhase(current)
        return phase !== undefined && hasEnded(phase)
      },
      onUnreachable: connection.reportUnreachable,
      onRefused: (error) => {
        setRefused(error)
        refetch()
      },
      onMessage: (event) => {
        const before = current
        current = withEvent(current, event)
        if (current === before) return
        tell()
        const kind = event.event?.$case
        // A replay of what the page has loaded already brings nothing new.
        const shown = queryClient.getQueryData<{ lastSequence: bigint }>(jobKeys.job(organization, id))
        const isNew = shown === undefined || event.sequence > shown.lastSequence
        if (isNew && (kind === 'phase' || kind === 'result')) refetch()
      },
    })
    return () => {
      clearTimeout(telling)
      close()
    }
  }, [api, connection, queryClient, organization, id])

  return { history, refused }
}
