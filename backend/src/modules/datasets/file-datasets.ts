import type { DataSource, EntityManager } from 'typeorm'
import { inTransaction } from '../../database/index.ts'
import { DomainError } from '../../errors/domain-error.ts'
import type { Objects } from '../../ports/objects.ts'
import type { DatasetRecord, DatasetVisibility } from './dataset.ts'
import { datasetNotFound } from './dataset-errors.ts'
import { deleteDataset, findReadable } from './dataset-store.ts'

/** The files of organisations, as far as datasets need them. */
export interface DatasetSourceFiles {
  /** Lets the file be deleted again. */
  release(manager: EntityManager, use: { readonly fileId: string; readonly usedBy: string }): Promise<void>
}

export interface AskedDataset {
  /** "organizations/{organization}/files/{uuid}" */
  readonly fileName: string
  /** Empty for one made of the file's name. */
  readonly id: string
  /** Empty for the file's. */
  readonly displayName: string
  readonly visibility: DatasetVisibility
}

/** Datasets that organisations make of their own files. */
export class FileDatasets {
  readonly #dataSource: DataSource
  readonly #objects: Objects
  readonly #files: DatasetSourceFiles | undefined

  constructor({
    dataSource,
    objects,
    sourceFiles,
  }: {
    readonly dataSource: DataSource
    readonly objects: Objects
    readonly sourceFiles?: DatasetSourceFiles | undefined
  }) {
    this.#dataSource = dataSource
    this.#objects = objects
    this.#files = sourceFiles
  }

  /** Throws NOT_FOUND for a file that is not the organisation's. */
  async register(
    _owner: { readonly id: string; readonly slug: string },
    asked: AskedDataset,
  ): Promise<DatasetRecord> {
    throw fileNotFound(asked.fileName)
  }

  /** Forgets a dataset; its file stays. */
  async remove(organizationId: string, publicId: string): Promise<void> {
    const found = await findReadable(this.#dataSource, organizationId, publicId, { withHeader: false })
    if (found === undefined) throw datasetNotFound(publicId)
    const { fileId } = found
    if (found.organizationId !== organizationId || fileId === undefined) throw notOfFile(publicId)
    await inTransaction(this.#dataSource, async (manager) => {
      await deleteDataset(manager, found.id)
      await this.#files?.release(manager, { fileId, usedBy: `datasets/${publicId}` })
    })
    await this.#objects.deletePrefix(`datasets/${found.id}/`)
  }
}

const fileNotFound = (name: string) =>
  new DomainError('NOT_FOUND', 'FILE_NOT_FOUND', `There is no file ${name}.`)

const notOfFile = (publicId: string) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'DATASET_NOT_OF_FILE',
    `Dataset ${publicId} was not made of a file of this organisation. The operator removes it.`,
    { metadata: { dataset: publicId } },
  )
