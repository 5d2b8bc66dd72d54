import {
  type PricingService,
  PricingServiceClientImpl,
} from '@fairlead/proto/web/fairlead/credits/v1/pricing'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Its client comes with the pages of credits. */
export function usePricingService(): (call?: CallOptions) => PricingService {
  const api = useApi()
  return useMemo(() => (call) => new PricingServiceClientImpl(api.rpc(call)), [api])
}
