import type { PixelBox, Region } from '../../../../fits/index.ts'
import { withTaskImage } from '../images/open-task-image.ts'
import type { TaskResult } from '../job-service.ts'
import type { TaskReport } from '../task-run.ts'
import { type ImageStatistics, imageStatistics } from './image-statistics.ts'

/** What the plan gives one task. */
export interface StatisticsPayload {
  readonly id: string
  /** Empty for the whole image. */
  readonly stencil: string
  readonly location: unknown
  readonly hdu: number
  /** Absent when image and stencil have no pixel in common; then `problem` says so. */
  readonly box?: PixelBox
  readonly region?: Region
  readonly problem: string
}

/** What one task finds out. */
export interface StatisticsValue extends ImageStatistics {
  readonly unit: string
}

export async function runStatistics(payload: StatisticsPayload, report: TaskReport): Promise<TaskResult> {
  const { location, hdu, box, region } = payload
  if (box === undefined) return { files: [], value: { pixels: 0, finite: 0, unit: '' } }
  return withTaskImage(report, location, hdu, async (image) => {
    const statistics = await imageStatistics(image, box, region, report.progress)
    const area = `${payload.id} ${payload.stencil}`.trim()
    report.log(`${area}: ${statistics.finite} of ${statistics.pixels} pixels`)
    const value: StatisticsValue = { ...statistics, unit: image.hdu.unit }
    return { files: [], value }
  })
}
