import {
  type TransferReviewService,
  TransferReviewServiceClientImpl,
} from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Its client comes with the pages of credits. */
export function useTransferReviewService(): (call?: CallOptions) => TransferReviewService {
  const api = useApi()
  return useMemo(() => (call) => new TransferReviewServiceClientImpl(api.rpc(call)), [api])
}
