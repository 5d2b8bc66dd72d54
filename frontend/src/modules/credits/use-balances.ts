import type { Balance } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { endOfDay, startOfDay } from '../../ui/day'
import type { ChartPeriod } from './chart-period'
import { creditKeys } from './credit-keys'
import { useCreditService } from './use-credit-service'

/** How often balances are asked for again while they are looked at, milliseconds: jobs take and give all the time. */
const refreshMs = 5_000

/** What the organisation has of each class now. */
export function useBalances(organization: string, enabled = true) {
  const credits = useCreditService()
  return useQuery({
    queryKey: creditKeys.balances(organization),
    enabled,
    refetchInterval: refreshMs,
    queryFn: async ({ signal }): Promise<Balance[]> =>
      (await credits({ signal }).ListBalances({ parent: `organizations/${organization}` })).balances,
  })
}

export function useBalanceHistory(
  organization: string,
  creditClass: string,
  { days, pointCount }: ChartPeriod,
) {
  const credits = useCreditService()
  return useQuery({
    queryKey: [...creditKeys.history(organization), creditClass, days],
    enabled: creditClass !== '',
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
    queryFn: async ({ signal }) => {
      const endTime = new Date()
      const { points } = await credits({ signal }).GetBalanceHistory({
        parent: `organizations/${organization}`,
        creditClass,
        startTime: new Date(endTime.getTime() - days * 86_400_000),
        endTime,
        pointCount,
      })
      return points
    },
  })
}

/** The compliance report of a period; both days (YYYY-MM-DD, UTC) are included. */
export function useComplianceReport(organization: string, from: string, to: string) {
  const credits = useCreditService()
  return useQuery({
    queryKey: [...creditKeys.report(organization), from, to],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      credits({ signal }).GetComplianceReport({
        parent: `organizations/${organization}`,
        startTime: startOfDay(from),
        endTime: endOfDay(to),
      }),
  })
}
