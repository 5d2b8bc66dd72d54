import type { Consent } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { locationKeys } from './location-keys'
import { usePersonService } from './use-person-service'

/** @param person UUID */
export function useConsents(organization: string, person: string) {
  const persons = usePersonService()
  return useQuery({
    queryKey: locationKeys.consents(organization, person),
    queryFn: async ({ signal }): Promise<Consent[]> =>
      (await persons({ signal }).ListConsents({ parent: `organizations/${organization}/persons/${person}` }))
        .consents,
  })
}

export function useWithdrawConsent(organization: string) {
  const persons = usePersonService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (consent: Consent) => persons().WithdrawConsent({ name: consent.name }),
    onSuccess: ({ purposeDisplayName }) => notifySuccess('Consent withdrawn', purposeDisplayName),
    onError: (error) => notifyFailure('The consent was not withdrawn', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: locationKeys.organization(organization) }),
  })
}
