import type { FieldViolation } from '../../../../errors/domain-error.ts'
import { cutoutSizeBytes, type KeptPlanes, memoryByteSource } from '../../../../fits/index.ts'
import { bandParameter, type GivenBand, planesOf, readBands } from '../images/bands.ts'
import { giveWay } from '../images/give-way.ts'
import { COPY_BYTES_PER_MS, pngSizeBytes, renderDurationMs, TASK_OVERHEAD_MS } from '../images/image-costs.ts'
import { type ImageArea, planAreas } from '../images/plan-areas.ts'
import { imageParameter, type PlanImage } from '../images/plan-image.ts'
import { resultBaseName } from '../images/result-name.ts'
import { stencilParameters } from '../images/stencils.ts'
import type { JobService, PlannedTask } from '../job-service.ts'
import { refuse } from '../parameters.ts'
import type { CutoutPayload } from './cutout-payload.ts'
import { PREVIEW_WIDTH_PX } from './preview-look.ts'

const noPixels = memoryByteSource(new Uint8Array())

/** SODA 1.0: every ID with every stencil and every band, one FITS file each. */
export const cutoutService: JobService = {
  id: 'cutout',
  displayName: 'Cutout',
  description:
    'Cuts regions of the sky, and of the spectrum, out of images, as FITS files with their coordinates.',
  parameters: [
    { ...imageParameter, description: 'The image to cut.' },
    ...[...stencilParameters, bandParameter].map((each) => ({ ...each, oneOf: 'a region or a band' })),
  ],
  limits: {
    executionDurationMs: 3_600_000,
    maxExecutionDurationMs: 86_400_000,
    memoryBytes: 512 * 1024 ** 2,
    outputBytes: 16 * 1024 ** 3,
    maxAttempts: 3,
  },

  async plan(parameters, context) {
    const bands = readBands(parameters)
    const areas = await planAreas(parameters, context, Math.max(1, bands.length))
    refuseBands([...new Set(areas.map(({ image }) => image))], bands)
    const picture = context.immediate !== true
    const tasks: PlannedTask[] = []
    for (const area of areas) {
      await giveWay(context.signal)
      if (bands.length === 0) tasks.push(taskOf(area, picture))
      for (const [index, band] of bands.entries()) tasks.push(taskOf(area, picture, band, index + 1))
    }
    return tasks
  },

  loadRun: async () => (await import('./run-cutout.ts')).runCutout,
}

/** Images without a spectral axis, and bands that meet none of the images, each by its field. */
function refuseBands(images: readonly PlanImage[], bands: readonly GivenBand[]): void {
  if (bands.length === 0) return
  refuse(
    images
      .filter(({ spectral }) => spectral === undefined)
      .map(({ id, field, spectralProblem }) => ({
        field,
        description: `${id} cannot be cut by wavelength: ${spectralProblem}`,
      })),
  )
  refuse(
    bands.flatMap((band): FieldViolation[] => {
      const found = images.map((image) => planesOf(image, band))
      if (found.some(({ planes }) => planes !== undefined)) return []
      return [{ field: band.field, description: found[0]?.problem ?? '' }]
    }),
    'NO_PIXELS',
  )
}

function taskOf(
  { image, stencil, box, problem, ordinal }: ImageArea,
  picture: boolean,
  band?: GivenBand,
  place = 1,
): PlannedTask {
  const { id, dataset, hdu } = image
  const text = [stencil?.text, band?.text].filter((part) => part !== undefined).join(' ')
  const cut = band && planesOf(image, band)
  const planes = cut?.planes
  const shape = stencil === undefined ? [] : [[stencil.region.kind, ordinal] as const]
  const nothing = box === undefined || (cut !== undefined && planes === undefined)
  const payload: CutoutPayload = {
    sourceId: id,
    stencil: text,
    baseName: resultBaseName(id, ...shape, ...(band === undefined ? [] : [['band', place] as const])),
    location: dataset.location,
    hdu: dataset.hdu,
    ...(nothing ? {} : { box }),
    ...(planes === undefined ? {} : { planes }),
    ...(picture ? { shownPlane: planes === undefined ? 0 : middlePlane(image, planes) } : {}),
    problem: problem || (cut?.problem ?? ''),
  }
  const displayName = `${id} ${text}`.slice(0, 200)
  if (nothing) return { displayName, payload, sizeBytes: 1_000, durationMs: TASK_OVERHEAD_MS }
  const bytes = cutoutSizeBytes({ source: noPixels, hdu }, box, {
    sourceId: id,
    region: text,
    ...(planes === undefined ? {} : { planes }),
  })
  const durationMs = TASK_OVERHEAD_MS + bytes / COPY_BYTES_PER_MS
  if (!picture) return { displayName, payload, sizeBytes: bytes, durationMs }
  return {
    displayName,
    payload,
    sizeBytes: bytes + pngSizeBytes(PREVIEW_WIDTH_PX, PREVIEW_WIDTH_PX),
    durationMs: durationMs + renderDurationMs(box, PREVIEW_WIDTH_PX),
  }
}

/** From 0, counted through all axes beyond the second. */
function middlePlane({ hdu }: PlanImage, { axis = 3, first, last }: KeptPlanes): number {
  const stride = hdu.axes.slice(2, axis - 1).reduce((product, length) => product * length, 1)
  return (Math.floor((first + last) / 2) - 1) * stride
}
