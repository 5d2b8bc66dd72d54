import { Gauge, type Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { SharedFigures, sharedGauge } from '../../../database/index.ts'
import { countDeadBatches } from './dead-batch-store.ts'
import { queueLagS } from './queue-marks.ts'

/** @param length batches in the queue; left out where this process does not reach it */
export function fixQueueMetrics(
  registry: Registry,
  dataSource: DataSource,
  length?: () => Promise<number | undefined>,
): void {
  const figures = new SharedFigures<{ lagS: number; dead: number }>(dataSource, {
    name: 'fix-queue',
    count: async () => ({ lagS: await queueLagS(dataSource), dead: await countDeadBatches(dataSource) }),
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_location_lag_seconds',
    help: 'How long the oldest batch of fixes has waited in the queue; 0 when none waits.',
    figureOf: ({ lagS }) => lagS,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_location_dead_batches',
    help: 'Batches of fixes that could not be written and were put aside.',
    figureOf: ({ dead }) => dead,
  })
  if (length === undefined) return
  new Gauge({
    name: 'fairlead_location_queued_batches',
    help: 'Batches of fixes that wait in the queue; not a number while the queue cannot be asked.',
    registers: [registry],
    async collect() {
      this.set((await length()) ?? Number.NaN)
    },
  })
}
