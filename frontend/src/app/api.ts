import {
  type DatasetService,
  DatasetServiceClientImpl,
} from '@fairlead/proto/web/fairlead/datasets/v1/datasets'
import {
  type IdentityService,
  IdentityServiceClientImpl,
} from '@fairlead/proto/web/fairlead/identity/v1/identity'
import { type JobService, JobServiceClientImpl } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { CallOptions, Rpc, Transport } from './transport'

/** The generated clients; `call` carries the abort signal and deadline of the calls made with them. */
export interface Api {
  identity(call?: CallOptions): IdentityService
  datasets(call?: CallOptions): DatasetService
  jobs(call?: CallOptions): JobService
  /** For the clients of pages that few open: such a page brings its client along. */
  rpc(call?: CallOptions): Rpc
}

export function createApi(transport: Transport): Api {
  return {
    identity: (call) => new IdentityServiceClientImpl(transport.rpc(call)),
    datasets: (call) => new DatasetServiceClientImpl(transport.rpc(call)),
    jobs: (call) => new JobServiceClientImpl(transport.rpc(call)),
    rpc: (call) => transport.rpc(call),
  }
}
