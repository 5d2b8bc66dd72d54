import type { LocationPolicy } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notifySuccess } from '../../ui/notify'
import { locationKeys } from './location-keys'
import type { PolicyFields } from './policy-fields'
import { usePersonService } from './use-person-service'

export function usePolicy(organization: string) {
  const persons = usePersonService()
  return useQuery({
    queryKey: locationKeys.policy(organization),
    queryFn: ({ signal }) =>
      persons({ signal }).GetLocationPolicy({ name: `organizations/${organization}/locationPolicy` }),
  })
}

export function useUpdatePolicy(organization: string) {
  const persons = usePersonService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ fields, updateMask }: { fields: PolicyFields; updateMask: string[] }) =>
      persons().UpdateLocationPolicy({
        name: `organizations/${organization}/locationPolicy`,
        updateMask,
        ...fields,
      }),
    onSuccess: (policy) => {
      queryClient.setQueryData<LocationPolicy>(locationKeys.policy(organization), policy)
      notifySuccess('Policy saved')
    },
  })
}

export function useCreatePurpose(organization: string) {
  const persons = usePersonService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (fields: { locationPurposeId: string; displayName: string; description: string }) =>
      persons().CreateLocationPurpose({ parent: `organizations/${organization}`, ...fields }),
    onSuccess: ({ displayName }) => notifySuccess('Purpose added', displayName),
    onSettled: () => queryClient.invalidateQueries({ queryKey: locationKeys.purposes(organization) }),
  })
}
