import type {
  Declaration,
  ListTransfersResponse,
  TradePartner,
  Transfer,
  TransferState,
} from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { keepPreviousData, type QueryClient, useQuery } from '@tanstack/react-query'
import { creditKeys } from './credit-keys'
import { useTransferService } from './use-transfer-service'

/** How often what others may change is asked for again while it is looked at, milliseconds. */
const refreshMs = 3_000

export interface TransferFilter {
  readonly states: readonly TransferState[]
  /** "creditClasses/{code}", or empty for all. */
  readonly creditClass: string
}

export function useTransfers(
  organization: string,
  { states, creditClass }: TransferFilter,
  pageSize: number,
  pageToken = '',
) {
  const transfers = useTransferService()
  return useQuery({
    queryKey: [...creditKeys.transfers(organization), states, creditClass, pageSize, pageToken],
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
    queryFn: ({ signal }): Promise<ListTransfersResponse> =>
      transfers({ signal }).ListTransfers({
        parent: `organizations/${organization}`,
        states: [...states],
        creditClass,
        pageSize,
        pageToken,
      }),
  })
}

const ended: ReadonlySet<TransferState> = new Set([
  'TRANSFER_STATE_REFUSED',
  'TRANSFER_STATE_RESCINDED',
  'TRANSFER_STATE_EXPIRED',
  'TRANSFER_STATE_DECLINED',
  'TRANSFER_STATE_RECORDED',
])

/** A transfer, with the other side's steps as they happen. */
export function useTransfer(organization: string, id: string) {
  const transfers = useTransferService()
  return useQuery<Transfer>({
    queryKey: creditKeys.transfer(organization, id),
    // Comments still come when it has ended.
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && ended.has(data.state) ? 10 * refreshMs : refreshMs,
    queryFn: ({ signal }) =>
      transfers({ signal }).GetTransfer({ name: `organizations/${organization}/transfers/${id}` }),
  })
}

/** Keeps a changed transfer, and has everything that a step changes asked for again. */
export function keepTransfer(
  queryClient: QueryClient,
  organization: string,
  id: string,
  transfer: Transfer,
): void {
  queryClient.setQueryData(creditKeys.transfer(organization, id), transfer)
  for (const key of [
    creditKeys.transfers(organization),
    creditKeys.balances(organization),
    creditKeys.statement(organization),
    creditKeys.history(organization),
  ]) {
    void queryClient.invalidateQueries({ queryKey: key })
  }
}

/** Organisations to trade with whose name or slug contains the query. */
export function useTradePartners(organization: string, query: string) {
  const transfers = useTransferService()
  return useQuery({
    queryKey: [...creditKeys.partners(organization), query],
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    queryFn: async ({ signal }): Promise<TradePartner[]> =>
      (await transfers({ signal }).ListTradePartners({ parent: `organizations/${organization}`, query }))
        .partners,
  })
}

/** What has to be agreed to now. */
export function useDeclarations() {
  const transfers = useTransferService()
  return useQuery({
    queryKey: creditKeys.declarations,
    queryFn: async ({ signal }): Promise<Declaration[]> =>
      (await transfers({ signal }).ListDeclarations({})).declarations,
  })
}
