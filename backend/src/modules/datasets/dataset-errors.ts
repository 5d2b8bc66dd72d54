import { DomainError } from '../../errors/domain-error.ts'

/** Says the same whether the dataset is absent or another organisation's. */
export function datasetNotFound(datasetId: string): DomainError {
  return new DomainError(
    'NOT_FOUND',
    'DATASET_NOT_FOUND',
    `There is no dataset ${datasetId} that this organisation may read. ListDatasets names those that there are.`,
    { metadata: { dataset: datasetId } },
  )
}

export function datasetUnavailable(datasetId: string, sentence: string, cause?: unknown): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'DATASET_UNAVAILABLE',
    `Dataset ${datasetId} cannot be read at present. ${sentence}`,
    { metadata: { dataset: datasetId }, cause },
  )
}

export function tileOutOfRange(field: 'level' | 'column' | 'row' | 'plane', count: number): DomainError {
  const last = count - 1
  const description = last === 0 ? 'has to be 0 here.' : `has to be between 0 and ${last} here.`
  return new DomainError('OUT_OF_RANGE', 'TILE_OUT_OF_RANGE', `${field} ${description}`, {
    violations: [{ field, description }],
    metadata: { field, last: String(last) },
  })
}
