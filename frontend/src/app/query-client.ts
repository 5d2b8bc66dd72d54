import { type Query, QueryClient } from '@tanstack/react-query'
import { toApiError } from './api-error'

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Whether the server answers is found out by asking: a local installation needs no internet.
        networkMode: 'always',
        staleTime: 10_000,
        retry: (failures, error) => toApiError(error).transient && failures < 2,
        retryDelay: (failures) => 400 * 2 ** failures,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}

/** False for queries of meta { askedOnce: true }, which are asked by hand alone, each time being written down. */
export function isAskedAgain({ meta }: Query): boolean {
  return meta?.['askedOnce'] !== true
}
