import {
  type DeliveryService,
  DeliveryServiceClientImpl,
} from '@fairlead/proto/web/fairlead/notifications/v1/delivery'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Its client comes with the operator's page, which few open. */
export function useDeliveryClient(): (call?: CallOptions) => DeliveryService {
  const api = useApi()
  return useMemo(() => (call) => new DeliveryServiceClientImpl(api.rpc(call)), [api])
}
