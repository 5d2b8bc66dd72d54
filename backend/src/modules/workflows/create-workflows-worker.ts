import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { ContainerExecution } from '../../ports/containers.ts'
import type { Objects } from '../../ports/objects.ts'
import type { Scanner } from '../../ports/scanner.ts'
import { type Repetition, repeatedly } from '../../repeatedly.ts'
import type { ExternalRun } from '../jobs/index.ts'
import type { WorkerPart } from '../notifications/index.ts'
import { containerRun, createContainerMetrics, type InputStores, reconcile } from './running/index.ts'
import { createStagingTokens } from './staging/index.ts'

export interface WorkflowsWorkerOptions extends InputStores {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly scanner: Scanner
  /** What containers run on. */
  readonly containers: ContainerExecution
  /** How containers reach the staging server. */
  readonly stagingUrl: string
  /** 32 bytes, the staging server's own: deriveKey('staging'). */
  readonly stagingKey: Buffer
  /** Where figures of this worker are registered. */
  readonly registry?: Registry
  readonly log: Logger
  /** Between two comparisons of what runs on the cluster with what is to run. Default 60 s. */
  readonly reconcileMs?: number
}

export interface WorkflowsWorker extends WorkerPart {
  /** By the service's id, for the worker of jobs. */
  readonly externalRuns: Readonly<Record<string, ExternalRun>>
}

const RECONCILE_MS = 60_000

/** Runs the steps of workflows, and sees that nothing else of them runs. */
export function createWorkflowsWorker(options: WorkflowsWorkerOptions): WorkflowsWorker {
  const { dataSource, containers, log, reconcileMs = RECONCILE_MS } = options
  const metrics = createContainerMetrics(options.registry, dataSource)
  const tokens = createStagingTokens(options.stagingKey)
  let repetition: Repetition | undefined
  return {
    externalRuns: { workflow: containerRun({ ...options, tokens, metrics }) },
    async start() {
      const name = 'the comparison of what runs on the cluster with what is to run'
      repetition = repeatedly({ name, intervalMs: reconcileMs, log }, () =>
        reconcile({ dataSource, containers, metrics, log }),
      )
    },
    async stop() {
      await repetition?.stop()
    },
    // What keeps it from its work is the cluster, which comes back by itself, or the database, which the worker asks.
    healthy: () => true,
  }
}
