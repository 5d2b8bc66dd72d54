import type { Density, LookReason } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useQuery } from '@tanstack/react-query'
import { useLocationService } from '../use-location-service'
import { type DensityLayer, makeDensityLayer } from './density-layer'
import { askedOnce, mapKeys } from './map-keys'
import type { TimeWindow } from './time-window'

export interface FoundDensity {
  readonly density: Density
  readonly layer: DensityLayer
}

/** How many persons were in each cell; a look at all that the purpose covers, by count alone. */
export function useDensity(
  organization: string,
  look: LookReason,
  window: TimeWindow | undefined,
  resolution: number,
) {
  const locations = useLocationService()
  return useQuery({
    queryKey: mapKeys.density(organization, look, window ?? { startMs: 0, endMs: 0 }, resolution),
    enabled: window !== undefined,
    ...askedOnce,
    queryFn: async ({ signal }): Promise<FoundDensity> => {
      const density = await locations({ signal, timeoutMs: 120_000 }).GetDensity({
        parent: `organizations/${organization}`,
        look,
        startTime: new Date(window?.startMs ?? 0),
        endTime: new Date(window?.endMs ?? 0),
        resolution,
      })
      return { density, layer: await makeDensityLayer(density.cells) }
    },
  })
}
