import type { ListStatementLinesResponse } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { creditKeys } from './credit-keys'
import { requestOf, type StatementFilter } from './statement-filter'
import { useCreditService } from './use-credit-service'

/** What changed the organisation's balances, newest first. */
export function useStatement(
  organization: string,
  filter: StatementFilter,
  pageSize: number,
  pageToken = '',
) {
  const credits = useCreditService()
  return useQuery({
    queryKey: [...creditKeys.statement(organization), filter, pageSize, pageToken],
    placeholderData: keepPreviousData,
    // The first page is the present.
    refetchInterval: pageToken === '' ? 10_000 : false,
    queryFn: ({ signal }): Promise<ListStatementLinesResponse> =>
      credits({ signal }).ListStatementLines({
        ...requestOf(organization, filter),
        reference: filter.reference === '' ? '' : `organizations/${organization}/${filter.reference}`,
        pageSize,
        pageToken,
      }),
  })
}
