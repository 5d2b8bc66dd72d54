import { type CreditService, CreditServiceClientImpl } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Its client comes with the pages of credits. */
export function useCreditService(): (call?: CallOptions) => CreditService {
  const api = useApi()
  return useMemo(() => (call) => new CreditServiceClientImpl(api.rpc(call)), [api])
}
