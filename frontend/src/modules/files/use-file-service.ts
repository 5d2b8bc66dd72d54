import { type FileService, FileServiceClientImpl } from '@fairlead/proto/web/fairlead/files/v1/files'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Files of organisations; its client comes with the pages that need it. */
export function useFileService(): (call?: CallOptions) => FileService {
  const api = useApi()
  return useMemo(() => (call) => new FileServiceClientImpl(api.rpc(call)), [api])
}
