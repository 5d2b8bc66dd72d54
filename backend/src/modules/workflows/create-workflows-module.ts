import { WorkflowServiceService } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { Objects } from '../../ports/objects.ts'
import type { Contracts } from '../../server/contracts.ts'
import type { PageTokens } from '../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../server/service-handlers.ts'
import type { JobsModule } from '../jobs/index.ts'
import { algorithmsHandler } from './algorithms/algorithms-handler.ts'
import { AlgorithmsService } from './algorithms/algorithms-service.ts'
import { definitionMethods } from './definitions/workflows-handler.ts'
import { WorkflowsService } from './definitions/workflows-service.ts'
import type { ContainersAvailable } from './environments/containers-available.ts'
import { environmentsHandler } from './environments/environments-handler.ts'
import { EnvironmentsService } from './environments/environments-service.ts'
import { specLimits } from './manifest/index.ts'
import { RunWatch, runMethods } from './runs/index.ts'
import { estimateStep } from './service/estimate-step.ts'

/** What workflows need of the datasets module. */
export interface KnownDatasets {
  readable(organizationId: string, datasetId: string): Promise<object | undefined>
}

export interface WorkflowsModuleOptions {
  readonly dataSource: DataSource
  /** For the one connection that LISTENs. */
  readonly databaseUrl: string
  readonly objects: Objects
  readonly pageTokens: PageTokens
  readonly datasets: KnownDatasets
  readonly jobs: Pick<JobsModule, 'retries' | 'describe'>
  /** Manifests are held to its limits. */
  readonly contracts: Pick<Contracts, 'registry'>
  /** Whether there is a Kubernetes that workers run containers on. */
  readonly containers: ContainersAvailable
  /** Prefixes of images that may be registered and run; none: no algorithm can be. */
  readonly registries: readonly string[]
  /** Silence after which a watch tells that it goes on. */
  readonly heartbeatMs: number
  readonly log: Logger
}

export interface WorkflowsModule {
  readonly services: readonly RegisteredService[]
  close(): Promise<void>
}

/** What the backend serves of workflows. Their runs are planned by planWorkflows(), for the jobs module. */
export async function createWorkflowsModule(options: WorkflowsModuleOptions): Promise<WorkflowsModule> {
  const { dataSource, pageTokens, datasets, contracts } = options
  const limits = specLimits(contracts)
  const algorithms = new AlgorithmsService({
    ...options,
    isReadable: async (organizationId, id) => (await datasets.readable(organizationId, id)) !== undefined,
  })
  const watch = await RunWatch.open(options)
  return {
    services: [
      environmentsHandler(new EnvironmentsService({ ...options, limits })),
      algorithmsHandler({ dataSource, service: algorithms, pageTokens, limits }),
      registeredService(WorkflowServiceService, {
        ...definitionMethods({ service: new WorkflowsService(options), pageTokens, limits }),
        ...runMethods({ ...options, watch, estimate: estimateStep }),
      }),
    ],
    close: () => watch.close(),
  }
}
