import { DomainError, type FieldViolation } from '../../../errors/domain-error.ts'
import type { FilesService } from '../../files/index.ts'
import type { PlanContext } from '../../jobs/index.ts'
import { isDatasetAllowed, patternsText } from '../algorithms/dataset-patterns.ts'
import type { At, InputItem } from './run-request.ts'

/** An algorithm that is given what an input of the run reads. */
export interface Reader {
  readonly algorithm: string
  readonly datasets: readonly string[]
}

export interface SourcesToCheck {
  readonly organizationId: string
  readonly inputs: ReadonlyMap<string, readonly At<InputItem>[]>
  /** By the names of the run's inputs. */
  readonly readers: ReadonlyMap<string, readonly Reader[]>
  readonly dataset: PlanContext['dataset']
  readonly files: Pick<FilesService, 'released'>
  readonly signal: AbortSignal
}

/** What is wrong with datasets and files. Throws FAILED_PRECONDITION for a dataset that cannot be read at present. */
export async function violationsOfSources(sources: SourcesToCheck): Promise<FieldViolation[]> {
  const violations: FieldViolation[] = []
  for (const [name, items] of sources.inputs) {
    for (const item of items) {
      sources.signal.throwIfAborted()
      const description =
        item.value.kind === 'dataset'
          ? await problemOfDataset(item, sources, sources.readers.get(name) ?? [])
          : await problemOfFile(item.value.id, sources)
      if (description !== undefined) violations.push({ field: item.field, description })
    }
  }
  return violations
}

async function problemOfDataset(
  { value: { id }, field }: At<InputItem>,
  { dataset: read }: SourcesToCheck,
  readers: readonly Reader[],
): Promise<string | undefined> {
  const dataset = await read(id)
  if (dataset === undefined) return `there is no dataset ${id} that this organisation may read`
  const refused = readers.find(({ datasets }) => !isDatasetAllowed(datasets, id))
  if (refused !== undefined) {
    return `the algorithm ${refused.algorithm} may not be given the dataset ${id}: ${patternsText(refused.datasets)}`
  }
  if (dataset.unavailableReason === undefined) return undefined
  const description = `the file of ${id} cannot be read at present: ${dataset.unavailableReason}`
  throw new DomainError('FAILED_PRECONDITION', 'DATASET_UNAVAILABLE', `${field}: ${description}`, {
    violations: [{ field, description }],
  })
}

async function problemOfFile(
  id: string,
  { files, organizationId }: SourcesToCheck,
): Promise<string | undefined> {
  try {
    await files.released(organizationId, id)
    return undefined
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    return error.code === 'NOT_FOUND'
      ? `there is no file ${id} of this organisation`
      : `the file ${id} cannot be used: ${error.message}`
  }
}
