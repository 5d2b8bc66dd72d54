import { DomainError, type FieldViolation } from '../../../../errors/domain-error.ts'
import {
  FitsError,
  FitsHeader,
  type ImageHdu,
  imageLayout,
  type PixelBox,
  SpectralAxis,
  Wcs,
} from '../../../../fits/index.ts'
import type { ParameterSchema } from '../job-service.ts'
import { type GivenValue, refuse } from '../parameters.ts'
import type { PlanContext, PlanDataset } from '../plan-context.ts'
import { giveWay } from './give-way.ts'

/** An image as a plan sees it: its header, and no pixel. */
export interface PlanImage {
  /** As given, which results are traced to. */
  readonly id: string
  /** Where the ID stands in the request. */
  readonly field: string
  readonly dataset: PlanDataset
  readonly hdu: ImageHdu
  /** Undefined without a celestial coordinate system; then `wcsProblem` says what is missing. */
  readonly wcs: Wcs | undefined
  readonly wcsProblem: string
  /** Undefined without a spectral axis; then `spectralProblem` says what is missing. */
  readonly spectral: SpectralAxis | undefined
  readonly spectralProblem: string
}

type HeaderRead = Omit<PlanImage, 'id' | 'field' | 'dataset'>

/** A dataset that is remembered need not be parsed again. */
const headersRead = new WeakMap<PlanDataset, HeaderRead>()

/** The parameter that planImages() reads. */
export const imageParameter: ParameterSchema = {
  name: 'ID',
  description: 'The image.',
  kind: 'DATASET',
  required: true,
  repeated: true,
  ucd: 'meta.ref.url;meta.curation',
}

/** All pixels of an image's plane. */
export function wholeOf({ hdu }: PlanImage): PixelBox {
  return { xMin: 1, xMax: hdu.widthPx, yMin: 1, yMax: hdu.heightPx }
}

/** Looks up the datasets that the IDs name. Throws errors that name an ID's field. */
export async function planImages(ids: readonly GivenValue[], context: PlanContext): Promise<PlanImage[]> {
  const seen = new Set<string>()
  const repeated = ids.filter(({ value }) => seen.size === seen.add(value).size)
  refuse(
    repeated.map(({ value, field }): FieldViolation => {
      return { field, description: `the ID ${shortened(value)} is given more than once` }
    }),
  )
  const images: PlanImage[] = []
  for (const id of ids) {
    await giveWay(context.signal)
    images.push(await planImage(id, context))
  }
  return images
}

async function planImage(given: GivenValue, context: PlanContext): Promise<PlanImage> {
  const { value: id, field } = given
  const dataset = await context.dataset(id)
  if (dataset === undefined) {
    const description = `there is no dataset ${shortened(id)} that this organisation may read`
    throw new DomainError('NOT_FOUND', 'DATASET_NOT_FOUND', `UsageError: ${field}: ${description}`, {
      violations: [{ field, description }],
    })
  }
  if (dataset.unavailableReason !== undefined) {
    const description = `the file of ${id} cannot be read at present: ${dataset.unavailableReason}`
    throw new DomainError(
      'FAILED_PRECONDITION',
      'DATASET_UNAVAILABLE',
      `ServiceUnavailable: ${field}: ${description}`,
      { violations: [{ field, description }] },
    )
  }
  const known = headersRead.get(dataset)
  const read = known ?? readHeader(dataset)
  if (known === undefined) headersRead.set(dataset, read)
  return { id, field, dataset, ...read }
}

function readHeader(dataset: PlanDataset): HeaderRead {
  const header = FitsHeader.fromCards(dataset.header)
  const hdu: ImageHdu = {
    index: dataset.hdu,
    name: header.string('EXTNAME') ?? '',
    kind: 'IMAGE',
    header,
    dataOffset: 0,
    dataBytes: 0,
    ...imageLayout(header, dataset.hdu),
  }
  const [wcs, wcsProblem] = readOrProblem(() => Wcs.fromHeader(header), '')
  const [spectral, spectralProblem] = readOrProblem(
    () => SpectralAxis.fromHeader(header),
    'it has no spectral axis',
  )
  return { hdu, wcs, wcsProblem, spectral, spectralProblem }
}

function readOrProblem<Part>(read: () => Part, absent: string): [part: Part | undefined, problem: string] {
  try {
    const part = read()
    return [part, part === undefined ? absent : '']
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    return [undefined, error.message]
  }
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}
