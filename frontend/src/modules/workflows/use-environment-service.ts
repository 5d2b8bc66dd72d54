import {
  type EnvironmentService,
  EnvironmentServiceClientImpl,
} from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Environments that containers run in; its client comes with the pages that need it. */
export function useEnvironmentService(): (call?: CallOptions) => EnvironmentService {
  const api = useApi()
  return useMemo(() => (call) => new EnvironmentServiceClientImpl(api.rpc(call)), [api])
}
