import type { DeadBatch } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notifyFailure, notifySuccess } from '../../ui/notify'
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

/** Sends a batch that was put aside once more. */
export function useResendDeadBatch() {
  const operations = useLocationOperationsService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ id }: DeadBatch) => operations().ResendDeadBatch({ id }),
    onSuccess: ({ accepted, duplicates, gone, queued }) => {
      if (queued) notifySuccess('Batch queued again', 'If it cannot be written it is put aside once more.')
      else {
        const left = [
          duplicates > 0n ? `${duplicates.toLocaleString('en')} were there already` : '',
          gone > 0n ? `${gone.toLocaleString('en')} were of removed devices` : '',
        ].filter((part) => part !== '')
        notifySuccess('Batch written', [`${accepted.toLocaleString('en')} fixes stored`, ...left].join(', '))
      }
    },
    onError: (error) => notifyFailure('The batch was not sent', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: locationKeys.ingest }),
  })
}
