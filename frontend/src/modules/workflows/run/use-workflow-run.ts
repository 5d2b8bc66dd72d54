import type { WorkflowRun } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { useEffect, useState } from 'react'
import type { ApiError } from '../../../app/api-error'
import { keepStreamOpen } from '../../../app/reconnecting-stream'
import { useServices } from '../../../app/services'
import { hasEnded } from '../../../ui/phase'
import { useWorkflowService } from '../use-workflow-service'

/** Milliseconds: many containers that change at once are shown together. */
const togetherMs = 100

interface WatchedRun {
  /** Undefined until it is known. */
  readonly run: WorkflowRun | undefined
  readonly refused: ApiError | undefined
}

/** A run of a workflow as it stands, until it has ended, through breaks of the connection. */
export function useWorkflowRun(name: string): WatchedRun {
  const { connection } = useServices()
  const workflows = useWorkflowService()
  const [watched, setWatched] = useState<WatchedRun>({ run: undefined, refused: undefined })

  useEffect(() => {
    let run: WorkflowRun | undefined
    let telling: ReturnType<typeof setTimeout> | undefined
    setWatched({ run, refused: undefined })
    const close = keepStreamOpen({
      // Each message tells all of it: there is nothing to resume after.
      open: () => workflows().WatchWorkflowRun({ name }),
      isComplete: () => run !== undefined && hasEnded(run.phase),
      onUnreachable: connection.reportUnreachable,
      onRefused: (refused) => setWatched({ run, refused }),
      onMessage: ({ change }) => {
        if (change?.$case !== 'run') return
        run = change.value
        telling ??= setTimeout(() => {
          telling = undefined
          setWatched({ run, refused: undefined })
        }, togetherMs)
      },
    })
    return () => {
      clearTimeout(telling)
      close()
    }
  }, [workflows, connection, name])

  return watched
}
