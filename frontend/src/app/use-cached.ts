import { hashKey, notifyManager, type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useCallback, useSyncExternalStore } from 'react'

/** What the query cache holds under a key that something else keeps up to date; asks for nothing. */
export function useCached<Data>(key: QueryKey): Data | undefined {
  const queryClient = useQueryClient()
  const hash = hashKey(key)
  const subscribe = useCallback(
    (onChange: () => void) => {
      const changed = notifyManager.batchCalls(onChange)
      return queryClient.getQueryCache().subscribe(({ query }) => {
        if (query.queryHash === hash) changed()
      })
    },
    [queryClient, hash],
  )
  return useSyncExternalStore(subscribe, () => queryClient.getQueryData<Data>(key))
}
