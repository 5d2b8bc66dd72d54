import { useQuery } from '@tanstack/react-query'
import { locationKeys } from '../locations/location-keys'
import { useLocationOperationsService } from '../locations/use-location-operations-service'

/** How often the figures are asked for again while they are looked at, milliseconds. */
const refreshMs = 3_000

/** How fixes are taken in. */
export function useIngestState() {
  const operations = useLocationOperationsService()
  return useQuery({
    queryKey: locationKeys.ingest,
    staleTime: 0,
    refetchInterval: refreshMs,
    queryFn: ({ signal }) => operations({ signal }).GetIngestState({}),
  })
}
