import { Counter, type Registry } from 'prom-client'

export interface StagingMetrics {
  moved(direction: 'in' | 'out', bytes: number): void
}

export function createStagingMetrics(registry: Registry): StagingMetrics {
  const bytes = new Counter({
    name: 'fairlead_staging_bytes_total',
    help: 'Bytes of whole files that containers fetched (in) and left (out).',
    labelNames: ['direction'],
    registers: [registry],
  })
  return { moved: (direction, count) => bytes.inc({ direction }, count) }
}
