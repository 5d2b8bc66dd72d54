import type {
  Environment,
  ListEnvironmentsResponse,
} from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { useEnvironmentService } from './use-environment-service'

/** How often their load is asked for again while it is looked at, milliseconds. */
const refreshMs = 5_000

const keys = {
  all: ['environments'] as const,
  of: (organization: string) => ['environments', 'of', organization] as const,
  everything: ['environments', 'operator'] as const,
}

/** Those that are open. */
export function useEnvironments(organization: string) {
  const environments = useEnvironmentService()
  return useQuery<ListEnvironmentsResponse>({
    queryKey: keys.of(organization),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
    queryFn: ({ signal }) =>
      environments({ signal }).ListEnvironments({ parent: `organizations/${organization}` }),
  })
}

/** Closed ones too, as the operator sees them. */
export function useAllEnvironments() {
  const environments = useEnvironmentService()
  return useQuery<ListEnvironmentsResponse>({
    queryKey: keys.everything,
    refetchInterval: refreshMs,
    queryFn: ({ signal }) => environments({ signal }).ListAllEnvironments({}),
  })
}

export function useCreateEnvironment() {
  const environments = useEnvironmentService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (environment: Environment) => environments().CreateEnvironment({ environment }),
    onSuccess: ({ displayName }) => notifySuccess('Environment created', displayName),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.all }),
  })
}

/** Changes the fields that the mask names, as the API spells them. */
export function useUpdateEnvironment() {
  const environments = useEnvironmentService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ environment, updateMask }: { environment: Environment; updateMask: readonly string[] }) =>
      environments().UpdateEnvironment({ environment, updateMask: [...updateMask] }),
    onSuccess: ({ displayName, open }, { updateMask }) =>
      notifySuccess(
        updateMask.join() === 'open'
          ? open
            ? 'Environment opened'
            : 'Environment closed'
          : 'Environment changed',
        displayName,
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.all }),
  })
}

export function useDeleteEnvironment() {
  const environments = useEnvironmentService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ name }: Environment) => environments().DeleteEnvironment({ name }),
    onSuccess: (_, { displayName }) => notifySuccess('Environment deleted', displayName),
    onError: (error) => notifyFailure('The environment could not be deleted', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.all }),
  })
}
