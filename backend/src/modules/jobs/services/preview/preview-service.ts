import type { FieldViolation } from '../../../../errors/domain-error.ts'
import type { PixelBox } from '../../../../fits/index.ts'
import { COLOR_MAPS, isColorMap, isStretch, STRETCHES } from '../../../../imaging/index.ts'
import { pngSizeBytes, renderDurationMs, TASK_OVERHEAD_MS } from '../images/image-costs.ts'
import { type ImageArea, planAreas } from '../images/plan-areas.ts'
import { imageParameter, type PlanImage } from '../images/plan-image.ts'
import { type ImageLook, shrinkFactor } from '../images/render-image.ts'
import { resultBaseName } from '../images/result-name.ts'
import { stencilParameters } from '../images/stencils.ts'
import type { JobService, PlannedTask } from '../job-service.ts'
import { type GivenParameters, refuse } from '../parameters.ts'
import type { PreviewPayload } from './preview-payload.ts'

export const previewService: JobService = {
  id: 'preview',
  displayName: 'Preview',
  description: 'Draws images, or regions of them, as PNG pictures.',
  parameters: [
    { ...imageParameter, description: 'The image to draw.' },
    ...stencilParameters,
    {
      name: 'STRETCH',
      description: 'How values between the cuts spread over the colours.',
      kind: 'ENUM',
      values: STRETCHES,
      defaultValue: 'asinh',
    },
    {
      name: 'COLORMAP',
      description: 'The colours, from the lowest value to the highest.',
      kind: 'ENUM',
      values: COLOR_MAPS,
      defaultValue: 'gray',
    },
    {
      name: 'CUT_LOW',
      description: 'Percentile of the values that gets the first colour.',
      kind: 'NUMBER',
      defaultValue: '0.5',
      minimum: 0,
      maximum: 100,
      unit: '%',
    },
    {
      name: 'CUT_HIGH',
      description: 'Percentile of the values that gets the last colour.',
      kind: 'NUMBER',
      defaultValue: '99.5',
      minimum: 0,
      maximum: 100,
      unit: '%',
    },
    {
      name: 'WIDTH',
      description: 'Longest side of the picture, at most.',
      kind: 'NUMBER',
      defaultValue: '1024',
      minimum: 16,
      maximum: 4096,
      unit: 'px',
    },
    {
      name: 'PLANE',
      description: 'Plane of a cube, from 1.',
      kind: 'NUMBER',
      defaultValue: '1',
      minimum: 1,
    },
  ],
  limits: {
    executionDurationMs: 600_000,
    maxExecutionDurationMs: 86_400_000,
    memoryBytes: 512 * 1024 ** 2,
    outputBytes: 1024 ** 3,
    maxAttempts: 3,
  },

  async plan(parameters, context) {
    const violations: FieldViolation[] = []
    const look = readLook(parameters, violations)
    refuse(violations)
    const areas = await planAreas(parameters, context)
    const images = [...new Set(areas.map(({ image }) => image))]
    refuse(planeViolations(images, look, parameters))
    return areas.flatMap(({ box, ...area }) => (box === undefined ? [] : taskOf(area, box, look)))
  },

  loadRun: async () => (await import('./run-preview.ts')).runPreview,
}

function readLook(parameters: GivenParameters, violations: FieldViolation[]): ImageLook {
  const stretch = parameters.one('STRETCH')?.value ?? ''
  const colorMap = parameters.one('COLORMAP')?.value ?? ''
  const cuts = { low: parameters.number('CUT_LOW') ?? 0, high: parameters.number('CUT_HIGH') ?? 100 }
  if (cuts.low >= cuts.high) {
    const given = [parameters.one('CUT_HIGH'), parameters.one('CUT_LOW')]
    const field = given.find((each) => each !== undefined && each.field !== 'parameters')?.field
    const description = `CUT_LOW must be below CUT_HIGH, and ${cuts.low} is not below ${cuts.high}`
    violations.push({ field: field ?? 'parameters', description })
  }
  for (const name of ['WIDTH', 'PLANE']) {
    const given = parameters.one(name)
    if (given === undefined || Number.isInteger(Number(given.value))) continue
    violations.push({ field: given.field, description: `${name} must be a whole number` })
  }
  return {
    widthPx: parameters.number('WIDTH') ?? 1024,
    stretch: isStretch(stretch) ? stretch : 'asinh',
    colorMap: isColorMap(colorMap) ? colorMap : 'gray',
    cuts,
    plane: (parameters.number('PLANE') ?? 1) - 1,
  }
}

function planeViolations(
  images: readonly PlanImage[],
  look: ImageLook,
  parameters: GivenParameters,
): FieldViolation[] {
  const field = parameters.one('PLANE')?.field ?? 'parameters'
  return images
    .filter(({ hdu }) => look.plane >= hdu.planes)
    .map(({ id, hdu }) => ({
      field,
      description: `${id} has ${hdu.planes} planes; PLANE must be at most that`,
    }))
}

function taskOf(
  { image, stencil, ordinal }: Pick<ImageArea, 'image' | 'stencil' | 'ordinal'>,
  box: PixelBox,
  look: ImageLook,
): PlannedTask {
  const { id, dataset } = image
  const payload: PreviewPayload = {
    sourceId: id,
    stencil: stencil?.text ?? '',
    baseName: stencil ? resultBaseName(id, [stencil.region.kind, ordinal]) : resultBaseName(id),
    location: dataset.location,
    hdu: dataset.hdu,
    box,
    look,
  }
  const width = box.xMax - box.xMin + 1
  const height = box.yMax - box.yMin + 1
  const factor = shrinkFactor(box, look.widthPx)
  return {
    displayName: `${id} ${stencil?.text ?? ''}`.trim().slice(0, 200),
    payload,
    sizeBytes: pngSizeBytes(Math.ceil(width / factor), Math.ceil(height / factor)),
    durationMs: TASK_OVERHEAD_MS + renderDurationMs(box, look.widthPx),
  }
}
