import {
  type AlgorithmService,
  AlgorithmServiceClientImpl,
} from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Algorithms of organisations; its client comes with the pages that need it. */
export function useAlgorithmService(): (call?: CallOptions) => AlgorithmService {
  const api = useApi()
  return useMemo(() => (call) => new AlgorithmServiceClientImpl(api.rpc(call)), [api])
}
