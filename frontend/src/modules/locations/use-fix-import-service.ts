import {
  type FixImportService,
  FixImportServiceClientImpl,
} from '@fairlead/proto/web/fairlead/locations/v1/imports'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Imports of files of fixes. */
export function useFixImportService(): (call?: CallOptions) => FixImportService {
  const api = useApi()
  return useMemo(() => (call) => new FixImportServiceClientImpl(api.rpc(call)), [api])
}
