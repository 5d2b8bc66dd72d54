import { STATISTICS_PIXELS_PER_MS, TASK_OVERHEAD_MS } from '../images/image-costs.ts'
import { type ImageArea, planAreas } from '../images/plan-areas.ts'
import { imageParameter } from '../images/plan-image.ts'
import { stencilParameters } from '../images/stencils.ts'
import type { JobService, PlannedTask } from '../job-service.ts'
import type { StatisticsPayload } from './run-statistics.ts'

/** A row in both tables, without its stencil, which stands in both too; and the tables' heads, shared by the rows. */
const ROW_BYTES = 4_000

export const statisticsService: JobService = {
  id: 'statistics',
  displayName: 'Statistics',
  description:
    'Counts, extremes, mean, deviation, median and sum of images, or regions of them, in one table.',
  parameters: [{ ...imageParameter, description: 'The image to measure.' }, ...stencilParameters],
  limits: {
    executionDurationMs: 3_600_000,
    maxExecutionDurationMs: 86_400_000,
    memoryBytes: 256 * 1024 ** 2,
    outputBytes: 64 * 1024 ** 2,
    maxAttempts: 3,
  },

  async plan(parameters, context) {
    const areas = await planAreas(parameters, context)
    return areas.map(taskOf)
  },

  loadRun: async () => (await import('./run-statistics.ts')).runStatistics,
  loadCollect: async () => (await import('./collect-statistics.ts')).collectStatistics,
}

function taskOf({ image, stencil, box, problem }: ImageArea): PlannedTask {
  const { id, dataset, hdu } = image
  const payload: StatisticsPayload = {
    id,
    stencil: stencil?.text ?? '',
    location: dataset.location,
    hdu: dataset.hdu,
    ...(box === undefined ? {} : { box }),
    ...(stencil === undefined ? {} : { region: stencil.region }),
    problem,
  }
  const pixels = box ? (box.xMax - box.xMin + 1) * (box.yMax - box.yMin + 1) * hdu.planes : 0
  return {
    displayName: `${id} ${payload.stencil}`.trim().slice(0, 200),
    payload,
    sizeBytes: ROW_BYTES + 2 * payload.stencil.length,
    durationMs: TASK_OVERHEAD_MS + pixels / STATISTICS_PIXELS_PER_MS,
  }
}
