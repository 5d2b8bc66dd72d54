import type { FieldViolation } from '../../../../errors/domain-error.ts'
import { FitsError, parseCircle, parsePolygon, parsePosition, type Region } from '../../../../fits/index.ts'
import type { ParameterSchema } from '../job-service.ts'
import { type GivenParameters, type GivenValue, refuse } from '../parameters.ts'
import { giveWay } from './give-way.ts'

/** Corners of all polygons of a job: two outlines as long as one may be, or many that are drawn by hand. */
const MAX_CORNERS = 2_000
/** Corners by images: each takes up to 0.2 ms to find the pixels of a polygon. */
const MAX_CORNERS_ON_IMAGES = 20_000

/** A region that a job cuts by. */
export interface Stencil {
  readonly region: Region
  /** As given, with the parameter's name: "CIRCLE 10 20 0.5". */
  readonly text: string
  /** Where it stands in the request. */
  readonly field: string
}

const parsers = {
  CIRCLE: parseCircle,
  POLYGON: parsePolygon,
  POS: parsePosition,
} as const satisfies Record<string, (text: string) => Region>

export const stencilParameters: readonly ParameterSchema[] = [
  {
    name: 'CIRCLE',
    description: 'A circle: right ascension, declination and radius.',
    kind: 'CIRCLE',
    repeated: true,
    unit: 'deg',
    ucd: 'pos.outline;obs',
  },
  {
    name: 'POLYGON',
    description: 'A polygon: right ascension and declination of each corner, in order around it.',
    kind: 'POLYGON',
    repeated: true,
    unit: 'deg',
    ucd: 'pos.outline;obs',
  },
  {
    name: 'POS',
    description: 'CIRCLE, POLYGON or RANGE (ra1 ra2 dec1 dec2), with its numbers in degrees.',
    kind: 'POSITION',
    repeated: true,
    ucd: 'pos.outline;obs',
  },
]

/** Reads the regions of a job, in the order of the parameters' names; adds what is wrong to `violations`. */
export async function readStencils(
  parameters: GivenParameters,
  violations: FieldViolation[],
  signal: AbortSignal,
): Promise<Stencil[]> {
  refuseManyCorners(parameters)
  const stencils: Stencil[] = []
  for (const [name, parse] of Object.entries(parsers)) {
    for (const given of parameters.all(name)) {
      await giveWay(signal)
      const region = readRegion(parse, given, violations)
      if (region === undefined) continue
      const text = name === 'POS' ? given.value : `${name} ${given.value}`
      stencils.push({ region, text, field: given.field })
    }
  }
  return stencils
}

/** Before anything is parsed: the check of a polygon takes time by the square of its corners. */
function refuseManyCorners(parameters: GivenParameters): void {
  const images = parameters.all('ID').length
  const limit = Math.min(MAX_CORNERS, Math.floor(MAX_CORNERS_ON_IMAGES / Math.max(1, images)))
  let corners = 0
  for (const { value, field } of [...parameters.all('POLYGON'), ...parameters.all('POS')]) {
    corners += cornersIn(value)
    if (corners <= limit) continue
    const description = `the polygons of a job on ${images} images may have ${limit} corners together, and have more with this one`
    refuse([{ field, description }])
  }
}

/** Of a polygon's text: pairs of numbers. A circle or a range has none. */
function cornersIn(text: string): number {
  if (/^\s*(CIRCLE|RANGE)/i.test(text)) return 0
  let words = 0
  for (const _word of text.matchAll(/[^\s,]+/g)) words++
  return Math.floor(words / 2)
}

function readRegion(
  parse: (text: string) => Region,
  { value, field }: GivenValue,
  violations: FieldViolation[],
): Region | undefined {
  try {
    return parse(value)
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    violations.push({ field, description: error.message })
    return undefined
  }
}
