import {
  type LocationOperationsService,
  LocationOperationsServiceClientImpl,
} from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** How fixes are taken in; its client comes with the operator's page. */
export function useLocationOperationsService(): (call?: CallOptions) => LocationOperationsService {
  const api = useApi()
  return useMemo(() => (call) => new LocationOperationsServiceClientImpl(api.rpc(call)), [api])
}
