import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { SharedFigures } from '../../../database/index.ts'
import type { ContainerChange } from '../../../ports/containers.ts'
import { countOpenContainers, type OpenContainers } from './open-containers.ts'

/** What this worker sees of containers. */
export interface ContainerMetrics {
  /** @param seconds since the worker took the step */
  started(seconds: number): void
  ended(change: ContainerChange): void
  removedOrphans(count: number): void
}

/** Registers them. Without a registry they are counted for nobody. */
export function createContainerMetrics(
  registry: Registry | undefined,
  dataSource: DataSource,
): ContainerMetrics {
  if (registry === undefined) {
    return { started: () => undefined, ended: () => undefined, removedOrphans: () => undefined }
  }
  const registers = [registry]
  const starts = new Counter({
    name: 'fairlead_workflow_container_starts_total',
    help: 'Containers of workflows that began to run while this worker watched them.',
    registers,
  })
  const startSeconds = new Histogram({
    name: 'fairlead_workflow_container_start_seconds',
    help: 'Seconds from when the worker took a step until a container of it ran: room, image and inputs.',
    buckets: [0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    registers,
  })
  const endings = new Counter({
    name: 'fairlead_workflow_container_endings_total',
    help: 'Containers of workflows that ended while this worker watched them, by the reason; COMPLETED for none.',
    labelNames: ['reason'],
    registers,
  })
  endings.inc({ reason: 'COMPLETED' }, 0)
  const orphans = new Counter({
    name: 'fairlead_workflow_orphans_removed_total',
    help: 'Runs whose containers this worker found on the cluster though nobody needed them any more, and removed.',
    registers,
  })
  containerGauges(registry, dataSource)
  return {
    started(seconds) {
      starts.inc()
      startSeconds.observe(seconds)
    },
    ended({ state, failure }) {
      endings.inc({ reason: failure?.reason ?? state })
    },
    removedOrphans: (count) => orphans.inc(count),
  }
}

const FRESH_MS = 10_000

function containerGauges(registry: Registry, dataSource: DataSource): void {
  const figures = new SharedFigures<OpenContainers>(dataSource, {
    name: 'workflow-containers',
    freshMs: FRESH_MS,
    count: () => countOpenContainers(dataSource),
  })
  new Gauge({
    name: 'fairlead_workflow_containers',
    help: 'Containers of workflows that have not ended, by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await figures.read()
      this.reset()
      for (const [state, count] of Object.entries(counts ?? {})) this.set({ state }, count)
    },
  })
}
