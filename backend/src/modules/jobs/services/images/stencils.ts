import type { FieldViolation } from '../../../../errors/domain-error.ts'
import { FitsError, parseCircle, parsePolygon, parsePosition, type Region } from '../../../../fits/index.ts'
import type { ParameterSchema } from '../job-service.ts'
import type { GivenParameters, GivenValue } from '../parameters.ts'

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
  },
  {
    name: 'POLYGON',
    description: 'A polygon: right ascension and declination of each corner, in order around it.',
    kind: 'POLYGON',
    repeated: true,
    unit: 'deg',
  },
  {
    name: 'POS',
    description: 'CIRCLE, POLYGON or RANGE (ra1 ra2 dec1 dec2), with its numbers.',
    kind: 'POSITION',
    repeated: true,
    unit: 'deg',
  },
]

/** Reads the regions of a job, in the order of the parameters' names; adds what is wrong to `violations`. */
export function readStencils(parameters: GivenParameters, violations: FieldViolation[]): Stencil[] {
  const stencils: Stencil[] = []
  for (const [name, parse] of Object.entries(parsers)) {
    for (const given of parameters.all(name)) {
      const region = readRegion(parse, given, violations)
      if (region === undefined) continue
      const text = name === 'POS' ? given.value : `${name} ${given.value}`
      stencils.push({ region, text, field: given.field })
    }
  }
  return stencils
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
