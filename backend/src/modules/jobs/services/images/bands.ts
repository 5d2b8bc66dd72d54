import { type Band, bandToPlanes, FitsError, type KeptPlanes } from '../../../../fits/index.ts'
import type { ParameterSchema } from '../job-service.ts'
import { type GivenParameters, parseInterval } from '../parameters.ts'
import type { PlanImage } from './plan-image.ts'

/** Wavelengths that a job cuts by. */
export interface GivenBand {
  readonly band: Band
  /** As given, with the parameter's name: "BAND 5e-7 6e-7". */
  readonly text: string
  /** Where it stands in the request. */
  readonly field: string
}

export const bandParameter: ParameterSchema = {
  name: 'BAND',
  description:
    "Wavelengths in vacuum, lower and upper end, of a cube with a spectral axis; in the frame of the cube's own coordinates.",
  kind: 'INTERVAL',
  repeated: true,
  unit: 'm',
  minimum: 0,
  ucd: 'em.wl;stat.interval',
}

export function readBands(parameters: GivenParameters): GivenBand[] {
  return parameters.all('BAND').map(({ value, field }) => {
    const band = parseInterval(value)
    if (band === undefined) throw new Error(`BAND ${value} was not checked`)
    return { band, text: `BAND ${value}`, field }
  })
}

/** The planes of an image that a band takes, or why there are none. */
export type BandPlanes =
  | { readonly planes: KeptPlanes; readonly problem: '' }
  | { readonly planes: undefined; readonly problem: string }

export function planesOf({ spectral, hdu }: PlanImage, { band }: GivenBand): BandPlanes {
  if (spectral === undefined) throw new Error('an image without a spectral axis was not refused')
  try {
    const { axis } = spectral
    return { planes: { axis, ...bandToPlanes(spectral, hdu.axes[axis - 1] ?? 1, band) }, problem: '' }
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    return { planes: undefined, problem: error.message }
  }
}
