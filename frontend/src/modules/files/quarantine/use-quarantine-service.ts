import {
  type QuarantineService,
  QuarantineServiceClientImpl,
} from '@fairlead/proto/web/fairlead/files/v1/quarantine'
import { useMemo } from 'react'
import { useApi } from '../../../app/services'
import type { CallOptions } from '../../../app/transport'

/** Files of all organisations; its client comes with the operator's page. */
export function useQuarantineService(): (call?: CallOptions) => QuarantineService {
  const api = useApi()
  return useMemo(() => (call) => new QuarantineServiceClientImpl(api.rpc(call)), [api])
}
