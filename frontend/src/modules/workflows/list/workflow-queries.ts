import type {
  ListWorkflowsResponse,
  SaveWorkflowRequest,
  Workflow,
} from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ApiError, toApiError } from '../../../app/api-error'
import { notifyFailure, notifySuccess } from '../../../ui/notify'
import { useWorkflowService } from '../use-workflow-service'

/** Query keys of what is known of workflows, by organisation (its slug). */
const workflowQueryKeys = {
  organization: (organization: string) => ['workflows', organization] as const,
  lists: (organization: string) => ['workflows', organization, 'list'] as const,
  versions: (organization: string, id: string) => ['workflows', organization, 'versions', id] as const,
  check: (organization: string) => ['workflows', organization, 'check'] as const,
}

/** An approval that is revoked makes a workflow one that cannot run: asked again so often, milliseconds. */
const refreshMs = 30_000

/** Of each the latest version. */
export function useWorkflows(organization: string, pageSize: number, pageToken = '') {
  const workflows = useWorkflowService()
  return useQuery({
    queryKey: [...workflowQueryKeys.lists(organization), pageSize, pageToken],
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
    queryFn: ({ signal }): Promise<ListWorkflowsResponse> =>
      workflows({ signal }).ListWorkflows({
        parent: `organizations/${organization}`,
        pageSize,
        pageToken,
        workflowId: '',
      }),
  })
}

/** Versions of one, newest first. */
export function useWorkflowVersions(organization: string, id: string, pageToken = '') {
  const workflows = useWorkflowService()
  return useQuery({
    queryKey: [...workflowQueryKeys.versions(organization, id), 'list', pageToken],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }): Promise<ListWorkflowsResponse> =>
      workflows({ signal }).ListWorkflows({
        parent: `organizations/${organization}`,
        pageSize: 50,
        pageToken,
        workflowId: id,
      }),
  })
}

/**
 * @param version undefined for the latest
 * @returns null when there is none
 */
export function useWorkflow(organization: string, id: string, version: number | undefined) {
  const workflows = useWorkflowService()
  return useQuery({
    queryKey: [...workflowQueryKeys.versions(organization, id), version ?? 'latest'],
    enabled: id !== '',
    queryFn: async ({ signal }): Promise<Workflow | null> => {
      const parent = `organizations/${organization}`
      if (version !== undefined) {
        return workflows({ signal }).GetWorkflow({ name: `${parent}/workflows/${id}/versions/${version}` })
      }
      const page = await workflows({ signal }).ListWorkflows({
        parent,
        pageSize: 1,
        pageToken: '',
        workflowId: id,
      })
      return page.workflows[0] ?? null
    },
  })
}

export type WorkflowToSave = Pick<SaveWorkflowRequest, 'workflowId' | 'spec' | 'manifest'>

/** What the server says of a version that would be saved. */
export interface CheckedWorkflow {
  readonly workflow: Workflow | undefined
  readonly refusal: ApiError | undefined
}

/** Asks what is wrong with a version; nothing is stored. */
export function useCheckWorkflow(organization: string) {
  const workflows = useWorkflowService()
  return async (wanted: WorkflowToSave, signal?: AbortSignal): Promise<CheckedWorkflow> => {
    try {
      const workflow = await workflows(signal === undefined ? {} : { signal }).SaveWorkflow({
        parent: `organizations/${organization}`,
        ...wanted,
        requestId: '',
        validateOnly: true,
      })
      return { workflow, refusal: undefined }
    } catch (error) {
      const refusal = toApiError(error)
      if (refusal.transient || refusal.cancelled) throw refusal
      return { workflow: undefined, refusal }
    }
  }
}

/**
 * The same of what is being made, again whenever it changes.
 *
 * @param wanted undefined while there is nothing to ask about
 */
export function useCheckedWorkflow(organization: string, wanted: WorkflowToSave | undefined) {
  const check = useCheckWorkflow(organization)
  return useQuery({
    queryKey: [...workflowQueryKeys.check(organization), keyOf(wanted)],
    enabled: wanted !== undefined,
    // What was wrong stays in sight until it is known what is wrong now.
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    queryFn: ({ signal }): Promise<CheckedWorkflow> =>
      wanted === undefined
        ? Promise.resolve({ workflow: undefined, refusal: undefined })
        : check(wanted, signal),
  })
}

/** Keys are JSON, which has no bigint. */
function keyOf(wanted: WorkflowToSave | undefined): string {
  return JSON.stringify(wanted ?? null, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
}

export function useSaveWorkflow(organization: string) {
  const workflows = useWorkflowService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ requestId, ...wanted }: WorkflowToSave & { readonly requestId: string }) =>
      workflows().SaveWorkflow({
        parent: `organizations/${organization}`,
        ...wanted,
        requestId,
        validateOnly: false,
      }),
    onSuccess: ({ reference }) => notifySuccess(`${reference} is saved`),
    onSettled: () =>
      queryClient.invalidateQueries({ queryKey: workflowQueryKeys.organization(organization) }),
  })
}

export function useDeleteWorkflow(organization: string, onDone: () => void) {
  const workflows = useWorkflowService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      workflows().DeleteWorkflow({ name: `organizations/${organization}/workflows/${id}` }),
    onSuccess: (_, id) => {
      notifySuccess('Workflow deleted', id)
      // Its pages are left before what they show is asked for again.
      onDone()
    },
    onError: (error) => notifyFailure('The workflow could not be deleted', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: workflowQueryKeys.lists(organization) }),
  })
}
