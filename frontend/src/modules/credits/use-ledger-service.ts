import { type LedgerService, LedgerServiceClientImpl } from '@fairlead/proto/web/fairlead/credits/v1/ledger'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Its client comes with the pages of credits. */
export function useLedgerService(): (call?: CallOptions) => LedgerService {
  const api = useApi()
  return useMemo(() => (call) => new LedgerServiceClientImpl(api.rpc(call)), [api])
}
