import type { Consent, OwnPerson } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { locationKeys } from './location-keys'
import { useOwnLocationService } from './use-own-location-service'

export function useOwnPersons() {
  const own = useOwnLocationService()
  return useQuery({
    queryKey: locationKeys.ownPersons,
    queryFn: async ({ signal }): Promise<OwnPerson[]> => (await own({ signal }).ListOwnPersons({})).persons,
  })
}

export function useWithdrawOwnConsent() {
  const own = useOwnLocationService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (consent: Consent) => own().WithdrawOwnConsent({ consent: consent.name }),
    onSuccess: ({ purposeDisplayName }) => notifySuccess('Consent withdrawn', purposeDisplayName),
    onError: (error) => notifyFailure('The consent was not withdrawn', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: locationKeys.own }),
  })
}
