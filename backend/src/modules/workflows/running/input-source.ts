import { basename } from 'node:path'
import { DomainError } from '../../../errors/domain-error.ts'
import { type DatasetLocation, objectKeyOf } from '../../../ports/dataset-files.ts'
import type { FilesService } from '../../files/index.ts'
import type { TaskOutput } from '../../jobs/index.ts'
import { type Database, rows } from '../sql.ts'
import type { StagedInput } from '../staging/staged-input.ts'
import type { StepSourceItem } from '../step-payload.ts'
import { stepFailed } from './step-failure.ts'

/** A file that a step reads, before it has its place below /in. */
export type SourceFile = Omit<StagedInput, 'path'> & { readonly name: string }

/** What steps need to know of datasets. */
export interface StepDatasets {
  /** Undefined when absent, or another organisation's own. */
  readable(organizationId: string, datasetId: string): Promise<StepDataset | undefined>
}

export interface StepDataset {
  readonly displayName: string
  readonly location: DatasetLocation
  /** Why its file cannot be read at present; undefined when it can. */
  readonly unavailableReason: string | undefined
}

export interface InputStores {
  readonly datasets: StepDatasets
  readonly files: Pick<FilesService, 'released'>
}

export interface InputOwner {
  readonly jobId: string
  readonly organizationId: string
}

/**
 * The files that one source of an input stands for, as they may be read now: whoever asked for the run may have lost
 * what they could read then.
 *
 * @throws ExecutionFailed
 */
export async function filesOfSource(
  database: Database,
  stores: InputStores,
  { jobId, organizationId }: InputOwner,
  source: StepSourceItem,
): Promise<SourceFile[]> {
  switch (source.kind) {
    case 'dataset':
      return [await datasetFile(stores.datasets, organizationId, source.id)]
    case 'file':
      return [await releasedFile(stores.files, organizationId, source.id)]
    case 'step':
      return outputsOfTask(database, jobId, source.taskIndex)
    default: {
      const never: never = source
      throw new Error(`an input of unknown kind ${JSON.stringify(never)}`)
    }
  }
}

async function datasetFile(datasets: StepDatasets, organizationId: string, id: string): Promise<SourceFile> {
  const dataset = await datasets.readable(organizationId, id)
  if (dataset === undefined) {
    throw stepFailed(
      'DATASET_UNAVAILABLE',
      `The organisation may not read the dataset ${id} any more, or it was removed. Run it with another one.`,
    )
  }
  const { displayName, location, unavailableReason } = dataset
  if (unavailableReason !== undefined) {
    throw stepFailed('DATASET_UNAVAILABLE', `The dataset ${id} cannot be read: ${unavailableReason}`, true)
  }
  // A key of the store's own says nothing to people.
  const name = objectKeyOf(location.address) === undefined ? basename(location.address) : displayName
  return { name, sizeBytes: location.sizeBytes, source: { kind: 'dataset', location } }
}

async function releasedFile(
  files: InputStores['files'],
  organizationId: string,
  id: string,
): Promise<SourceFile> {
  try {
    const { displayName, sizeBytes, sha256, objectKey } = await files.released(organizationId, id)
    return {
      name: displayName,
      sizeBytes: Number(sizeBytes),
      ...(sha256 === '' ? {} : { sha256 }),
      source: { kind: 'object', key: objectKey },
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    throw stepFailed('FILE_UNAVAILABLE', `The file ${id} cannot be read: ${error.message}`)
  }
}

async function outputsOfTask(database: Database, jobId: string, taskIndex: number): Promise<SourceFile[]> {
  const [task] = await rows<{ outputs: TaskOutput[] | null }>(
    database,
    `select outputs from job_tasks where job_id = $1 and index = $2 and state = 'COMPLETED'`,
    [jobId, taskIndex],
  )
  if (task === undefined) {
    throw stepFailed('INPUT_MISSING', `Task ${taskIndex}, whose files are to be read, has not completed.`)
  }
  return (task.outputs ?? []).map(({ fileName, sizeBytes, sha256, objectKey }) => ({
    name: fileName,
    sizeBytes,
    sha256,
    source: { kind: 'object', key: objectKey },
  }))
}
