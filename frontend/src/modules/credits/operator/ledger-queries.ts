import type { LedgerState, Transaction } from '@fairlead/proto/web/fairlead/credits/v1/ledger'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { endOfDay, startOfDay } from '../../../ui/day'
import { useLedgerService } from '../use-ledger-service'
import { deskKeys } from './desk-keys'
import type { TransactionFilter } from './transaction-filter'

/** How often the state of sealing is asked for again, and how often while a verification runs; milliseconds. */
const refreshMs = 10_000
const runningMs = 1_000

export function useTransactions(filter: TransactionFilter, pageToken: string) {
  const client = useLedgerService()
  return useQuery({
    queryKey: [...deskKeys.transactions, filter, pageToken],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      client({ signal }).ListTransactions({
        pageSize: 50,
        pageToken,
        creditClass: filter.creditClass,
        organization: filter.organization === '' ? '' : `organizations/${filter.organization}`,
        kinds: [...filter.kinds],
        startTime: filter.from === '' ? undefined : startOfDay(filter.from),
        endTime: filter.to === '' ? undefined : endOfDay(filter.to),
        reference: filter.reference,
      }),
  })
}

export function useTransaction(name: string) {
  const client = useLedgerService()
  return useQuery<Transaction>({
    queryKey: deskKeys.transaction(name),
    // Until it is sealed, which takes a moment.
    refetchInterval: ({ state }) => (state.data?.sealNumber === 0n ? runningMs : false),
    queryFn: ({ signal }) => client({ signal }).GetTransaction({ name }),
  })
}

export function isVerifying(state: LedgerState | undefined): boolean {
  return state?.verification?.outcome === 'VERIFICATION_OUTCOME_RUNNING'
}

export function useLedgerState() {
  const client = useLedgerService()
  return useQuery<LedgerState>({
    queryKey: deskKeys.ledger,
    refetchInterval: ({ state }) => (isVerifying(state.data) ? runningMs : refreshMs),
    queryFn: ({ signal }) => client({ signal }).GetLedgerState({}),
  })
}

export function useVerifyLedger() {
  const client = useLedgerService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => client().VerifyLedger({}),
    onSuccess: (state) => queryClient.setQueryData(deskKeys.ledger, state),
  })
}

export function useReconciliation() {
  const client = useLedgerService()
  return useQuery({
    queryKey: deskKeys.reconciliation,
    queryFn: ({ signal }) => client({ signal }).GetReconciliation({}),
  })
}

interface AccountFilter {
  /** "creditClasses/{code}"; empty means all. */
  readonly creditClass: string
  /** Slug; empty means all. */
  readonly organization: string
}

export function useAccounts(filter: AccountFilter, pageToken: string, pageSize = 50, enabled = true) {
  const client = useLedgerService()
  return useQuery({
    queryKey: [...deskKeys.accounts, filter, pageToken, pageSize],
    enabled,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      client({ signal }).ListAccounts({
        pageSize,
        pageToken,
        creditClass: filter.creditClass,
        organization: filter.organization === '' ? '' : `organizations/${filter.organization}`,
      }),
  })
}

export interface Period {
  readonly start: Date
  readonly end: Date
}

export function useComplianceReports(period: Period | undefined, pageToken: string) {
  const client = useLedgerService()
  return useQuery({
    queryKey: [...deskKeys.reports, period?.start.getTime(), period?.end.getTime(), pageToken],
    placeholderData: keepPreviousData,
    enabled: period !== undefined,
    queryFn: ({ signal }) =>
      client({ signal }).ListComplianceReports({
        pageSize: 50,
        pageToken,
        startTime: period?.start,
        endTime: period?.end,
      }),
  })
}
