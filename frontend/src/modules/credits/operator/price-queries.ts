import type { CreateCreditClassRequest, CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import type { SetPriceRequest } from '@fairlead/proto/web/fairlead/credits/v1/pricing'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { firstPages } from '../../operations/operations-queries'
import { creditKeys } from '../credit-keys'
import { useCreditService } from '../use-credit-service'
import { usePricingService } from '../use-pricing-service'
import { useTransferReviewService } from '../use-review-service'
import { deskKeys } from './desk-keys'

/** The whole price list. */
export function usePrices() {
  const pricing = usePricingService()
  return useQuery({
    queryKey: deskKeys.prices,
    queryFn: async ({ signal }) => (await pricing({ signal }).ListPrices({})).prices,
  })
}

/** @param pages how many pages of the changes to show, newest first */
export function usePriceChanges(pages: number) {
  const pricing = usePricingService()
  return useQuery({
    queryKey: [...deskKeys.priceChanges, pages],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      firstPages(pages, async (pageToken) => {
        const { changes, nextPageToken } = await pricing({ signal }).ListPriceChanges({
          pageSize: 20,
          pageToken,
        })
        return { items: changes, nextPageToken }
      }),
  })
}

export function useSetPrice() {
  const pricing = usePricingService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (price: SetPriceRequest) => pricing().SetPrice(price),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: deskKeys.prices }),
  })
}

export function useRemovePrice() {
  const pricing = usePricingService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (price: { service: string; creditClass: string }) => pricing().RemovePrice(price),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: deskKeys.prices }),
  })
}

export function useCreateClass() {
  const credits = useCreditService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (request: CreateCreditClassRequest): Promise<CreditClass> =>
      credits().CreateCreditClass(request),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: creditKeys.classes }),
  })
}

type ClassChange =
  | { readonly displayName: string; readonly description: string }
  | { readonly state: CreditClass['state'] }

export function useUpdateClass(creditClass: CreditClass) {
  const credits = useCreditService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (change: ClassChange): Promise<CreditClass> =>
      credits().UpdateCreditClass({
        name: creditClass.name,
        displayName: creditClass.displayName,
        description: creditClass.description,
        state: creditClass.state,
        ...change,
        updateMask: 'state' in change ? ['state'] : ['display_name', 'description'],
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: creditKeys.classes }),
  })
}

export function useSetDeclarations() {
  const reviews = useTransferReviewService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: async (texts: readonly string[]) =>
      (await reviews().SetDeclarations({ texts: [...texts] })).declarations,
    onSuccess: (declarations) => queryClient.setQueryData(creditKeys.declarations, declarations),
  })
}
