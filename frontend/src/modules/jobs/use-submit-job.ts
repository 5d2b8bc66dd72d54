import type { Job, Parameter } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useNavigate } from 'react-router'
import type { CurrentOrganization } from '../../app/organization'
import { useApi } from '../../app/services'
import { notifySuccess } from '../../ui/notify'
import { toDuration } from './execution-duration'
import { lastSegment } from './job-name'
import { jobKeys } from './job-queries'
import { submitAddress } from './submit-address'

interface JobToSubmit {
  readonly service: string
  readonly parameters: readonly Parameter[]
  readonly runId: string
  /** Choice of the execution duration. */
  readonly duration: string
  /** UUID of the PENDING job to change; empty to make a new one. */
  readonly job: string
}

/**
 * Makes a job, or changes one, and leads to it; given true, it is started as well.
 *
 * @param settled the parameters as they stood when nothing was typed for a moment: the address follows them
 */
export function useSubmitJob(
  organization: CurrentOrganization,
  { service, parameters, runId, duration, job }: JobToSubmit,
  settled: readonly Parameter[],
) {
  const api = useApi()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  // Kept over retries of the same job, so that a lost answer does not make a second one.
  const requestId = useRef(crypto.randomUUID())
  const edited = job === '' ? undefined : `${organization.name}/jobs/${job}`
  const here = submitAddress(organization.path, service, settled, { runId, duration, job })
  useEffect(() => {
    // The address follows the form, to be kept or shared; the router need not know.
    window.history.replaceState(window.history.state, '', here)
  }, [here])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another job is another request.
  useEffect(() => {
    requestId.current = crypto.randomUUID()
  }, [here])

  return useMutation({
    mutationFn: async (run: boolean) => {
      const common = {
        parameters: [...parameters],
        runId: runId.trim(),
        executionDuration: toDuration(duration),
      }
      if (edited === undefined) {
        return api.jobs().CreateJob({
          ...common,
          parent: organization.name,
          service,
          keepPending: !run,
          requestId: requestId.current,
        })
      }
      const updateMask = ['parameters', 'run_id', ...(duration === '' ? [] : ['execution_duration'])]
      const changed = await api.jobs().UpdateJob({ ...common, name: edited, updateMask })
      return run ? api.jobs().RunJob({ name: edited }) : changed
    },
    onSuccess: (made, run) => {
      notifySuccess(run ? submitted(made) : edited === undefined ? 'Job kept for later' : 'Job changed')
      void queryClient.invalidateQueries({ queryKey: jobKeys.lists(organization.slug) })
      const id = lastSegment(made.name)
      queryClient.setQueryData(jobKeys.job(organization.slug, id), made)
      navigate(`${organization.path}/jobs/${id}`)
    },
  })
}

function submitted({ phase }: Job): string {
  return phase === 'PHASE_HELD' ? 'Job submitted; it waits for credits' : 'Job submitted'
}
