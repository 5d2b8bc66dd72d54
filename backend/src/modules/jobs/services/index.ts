import { cutoutService } from './cutout/cutout-service.ts'
import type { JobService } from './job-service.ts'
import { previewService } from './preview/preview-service.ts'
import { statisticsService } from './statistics/statistics-service.ts'

/** Every service that jobs can run. One more is a folder here and a line in this list. */
export const jobServices: readonly JobService[] = [cutoutService, previewService, statisticsService]
