import {
  type TransferService,
  TransferServiceClientImpl,
} from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Its client comes with the pages of credits. */
export function useTransferService(): (call?: CallOptions) => TransferService {
  const api = useApi()
  return useMemo(() => (call) => new TransferServiceClientImpl(api.rpc(call)), [api])
}
