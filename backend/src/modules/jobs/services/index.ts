import { cutoutService } from './cutout/cutout-service.ts'
import type { JobService } from './job-service.ts'
import { previewService } from './preview/preview-service.ts'
import { statisticsService } from './statistics/statistics-service.ts'

/** The services of images. One more is a folder here and a line in this list. */
export const imageServices: readonly JobService[] = [cutoutService, previewService, statisticsService]
