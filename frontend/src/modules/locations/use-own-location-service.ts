import {
  type OwnLocationService,
  OwnLocationServiceClientImpl,
} from '@fairlead/proto/web/fairlead/locations/v1/people'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** What the signed-in user may know and decide of their own locations. */
export function useOwnLocationService(): (call?: CallOptions) => OwnLocationService {
  const api = useApi()
  return useMemo(() => (call) => new OwnLocationServiceClientImpl(api.rpc(call)), [api])
}
