import type { FieldViolation } from '../../../../errors/domain-error.ts'
import { cutoutSizeBytes, memoryByteSource } from '../../../../fits/index.ts'
import { tooManyTasks } from '../../jobs-errors.ts'
import { COPY_BYTES_PER_MS, pngSizeBytes, renderDurationMs, TASK_OVERHEAD_MS } from '../images/image-costs.ts'
import { type ImagePair, pairImages } from '../images/pair-images.ts'
import { planImages } from '../images/plan-image.ts'
import { resultBaseName } from '../images/result-name.ts'
import { readStencils, stencilParameters } from '../images/stencils.ts'
import { collectAll, type JobService, type PlannedTask } from '../job-service.ts'
import { refuse } from '../parameters.ts'
import type { CutoutPayload } from './cutout-payload.ts'
import { PREVIEW_WIDTH_PX } from './preview-look.ts'

const noPixels = memoryByteSource(new Uint8Array())

/** SODA 1.0: every ID with every stencil, one FITS file each. */
export const cutoutService: JobService = {
  id: 'cutout',
  displayName: 'Cutout',
  description: 'Cuts regions of the sky out of images, as FITS files with their coordinates.',
  parameters: [
    {
      name: 'ID',
      description: 'The image to cut.',
      kind: 'DATASET',
      required: true,
      repeated: true,
    },
    ...stencilParameters.map((each) => ({ ...each, oneOf: 'a region' })),
  ],
  limits: {
    executionDurationMs: 3_600_000,
    maxExecutionDurationMs: 86_400_000,
    memoryBytes: 512 * 1024 ** 2,
    outputBytes: 16 * 1024 ** 3,
    maxAttempts: 3,
  },

  async plan(parameters, context) {
    const violations: FieldViolation[] = []
    const stencils = await readStencils(parameters, violations, context.signal)
    refuse(violations)
    const ids = parameters.all('ID')
    const count = ids.length * stencils.length
    if (count > context.maxTasks) throw tooManyTasks(count, context.maxTasks)
    const images = await planImages(ids, context)
    return (await pairImages(images, stencils, context.signal)).map(taskOf)
  },

  loadRun: async () => (await import('./run-cutout.ts')).runCutout,
  collect: collectAll,
}

function taskOf({ image, stencil, box, problem, ordinal }: ImagePair): PlannedTask {
  const { id, dataset, hdu } = image
  const payload: CutoutPayload = {
    sourceId: id,
    stencil: stencil.text,
    baseName: resultBaseName(id, stencil.region.kind, ordinal),
    location: dataset.location,
    hdu: dataset.hdu,
    ...(box === undefined ? {} : { box }),
    problem,
  }
  const displayName = `${id} ${stencil.text}`.slice(0, 200)
  if (box === undefined) return { displayName, payload, sizeBytes: 1_000, durationMs: TASK_OVERHEAD_MS }
  const bytes = cutoutSizeBytes({ source: noPixels, hdu }, box, { sourceId: id, region: stencil.text })
  return {
    displayName,
    payload,
    sizeBytes: bytes + pngSizeBytes(PREVIEW_WIDTH_PX, PREVIEW_WIDTH_PX),
    durationMs: TASK_OVERHEAD_MS + bytes / COPY_BYTES_PER_MS + renderDurationMs(box, PREVIEW_WIDTH_PX),
  }
}
