import type { Dataset } from '@fairlead/proto/server/fairlead/datasets/v1/datasets'
import { FitsError, FitsHeader, SpectralAxis } from '../../fits/index.ts'
import type { ParameterDomain } from './service-descriptor.ts'

/** Corners of an outline that is told; a longer one is told by its circle alone. */
const CORNERS_MAX = 500

/** What values of SODA's parameters yield pixels of a dataset (SODA 1.0, section 4.2). */
export function datasetDomains({
  coverage,
  header,
  axes,
}: Dataset): Readonly<Record<string, ParameterDomain>> {
  const domains: Record<string, ParameterDomain> = {}
  const band = wavelengths(header, axes.map(Number))
  if (band !== undefined) domains['BAND'] = { minimum: String(band[0]), maximum: String(band[1]) }
  if (coverage?.center === undefined) return domains
  const { center, radiusDeg, footprint } = coverage
  domains['CIRCLE'] = { maximum: `${center.raDeg} ${center.decDeg} ${radiusDeg}` }
  if (footprint.length >= 3 && footprint.length <= CORNERS_MAX) {
    domains['POLYGON'] = {
      maximum: footprint.map(({ raDeg, decDeg }) => `${raDeg} ${decDeg}`).join(' '),
    }
  }
  return domains
}

/** From edge to edge of the spectral axis, m in vacuum; undefined without one that can be read. */
function wavelengths(cards: readonly string[], axes: readonly number[]): [number, number] | undefined {
  try {
    const spectral = SpectralAxis.fromHeader(FitsHeader.fromCards(cards))
    if (spectral === undefined) return undefined
    const length = axes[spectral.axis - 1] ?? 1
    const ends = [spectral.pixelToWavelength(0.5), spectral.pixelToWavelength(length + 0.5)]
    const [low = Number.NaN, high = Number.NaN] = ends.toSorted((a, b) => a - b)
    return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : undefined
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    return undefined
  }
}
