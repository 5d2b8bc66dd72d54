import {
  type LocationService,
  LocationServiceClientImpl,
} from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Who met whom, where somebody was; its client comes with the pages of locations. */
export function useLocationService(): (call?: CallOptions) => LocationService {
  const api = useApi()
  return useMemo(() => (call) => new LocationServiceClientImpl(api.rpc(call)), [api])
}
