import {
  type WorkflowService,
  WorkflowServiceClientImpl,
} from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Workflows of organisations, and their runs; its client comes with the pages that need it. */
export function useWorkflowService(): (call?: CallOptions) => WorkflowService {
  const api = useApi()
  return useMemo(() => (call) => new WorkflowServiceClientImpl(api.rpc(call)), [api])
}
