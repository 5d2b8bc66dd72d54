import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { SharedFigures, sharedGauge } from '../../../database/index.ts'
import { readStoredFixes } from '../operations/stored-fixes.ts'

/** Registers how much is stored: the whole installation's, by PostgreSQL's estimates. */
export function storedMetrics(registry: Registry, dataSource: DataSource): void {
  const figures = new SharedFigures<{ fixes: number; bytes: number; partitions: number }>(dataSource, {
    name: 'stored-fixes',
    // Each partition's files are looked at.
    freshMs: 30_000,
    validMs: 120_000,
    count: async () => {
      const { count, bytes, partitions } = await readStoredFixes(dataSource)
      return { fixes: Number(count), bytes: Number(bytes), partitions }
    },
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_location_stored_fixes',
    help: 'Fixes that are stored, by estimate.',
    figureOf: ({ fixes }) => fixes,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_location_stored_bytes',
    help: 'Bytes of the partitions of fixes and of their indexes.',
    figureOf: ({ bytes }) => bytes,
  })
  sharedGauge(registry, figures, {
    name: 'fairlead_location_partitions',
    help: 'Partitions of fixes: days that have some, and those of the coming days.',
    figureOf: ({ partitions }) => partitions,
  })
}
