import type { Parameter } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../app/services'

/** What the job would make and take; asked again whenever its parameters change. */
export function useQuote(
  organization: string,
  service: string,
  parameters: readonly Parameter[],
  enabled: boolean,
) {
  const api = useApi()
  return useQuery({
    queryKey: ['quote', organization, service, parameters],
    enabled,
    queryFn: ({ signal }) =>
      api
        .jobs({ signal })
        .QuoteJob({ parent: `organizations/${organization}`, service, parameters: [...parameters] }),
  })
}

export type QuoteQuery = ReturnType<typeof useQuote>
