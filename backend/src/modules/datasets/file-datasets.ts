import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { inTransaction } from '../../database/index.ts'
import { DomainError, invalidField } from '../../errors/domain-error.ts'
import { type DatasetLocation, objectLocation } from '../../ports/dataset-files.ts'
import type { Objects } from '../../ports/objects.ts'
import { type FilesService, type ReleasedFile, releaseUse, useFile } from '../files/index.ts'
import type { DatasetContent, DatasetRecord, DatasetVisibility } from './dataset.ts'
import { datasetNotFound } from './dataset-errors.ts'
import { datasetIdOf, isDatasetId } from './dataset-id.ts'
import { deleteDataset, findByPublicId, findReadable, insertDataset } from './dataset-store.ts'
import type { ImageReader } from './reading/index.ts'
import { RegistrationError } from './registration-error.ts'

export interface FileDatasetsOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly storedFiles: Pick<FilesService, 'released'>
  readonly images: ImageReader
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

const DISPLAY_NAME_MAX_BYTES = 200

/** Datasets that organisations make of their own files, which stay for as long as those do. */
export class FileDatasets {
  readonly #options: FileDatasetsOptions

  constructor(options: FileDatasetsOptions) {
    this.#options = options
  }

  async register(
    owner: { readonly id: string; readonly slug: string },
    asked: AskedDataset,
    signal: AbortSignal,
  ): Promise<DatasetRecord> {
    const { dataSource, images, objects, storedFiles } = this.#options
    const [, slug, , fileId = ''] = asked.fileName.split('/')
    if (slug !== owner.slug) throw invalidField('file', 'is of another organisation. Name one of your own.')
    const file = await storedFiles.released(owner.id, fileId)
    if (file.purpose !== 'DATASET') {
      throw invalidField('file', 'is not of purpose DATASET. Upload it as a dataset, and register that.')
    }
    const publicId = asked.id === '' ? idOfFile(file.displayName) : asked.id
    // Before it is read, which takes a while.
    if ((await findByPublicId(dataSource, publicId)) !== undefined) throw identifierTaken(publicId)

    const id = v7()
    const location = objectLocation(file.objectKey, Number(file.sizeBytes))
    const prefix = `datasets/${id}/`
    const pyramidKey = `${prefix}${v7()}/pyramid`
    try {
      return await images
        .read(
          location,
          async (content, pyramidPath) => {
            await objects.putFile(pyramidKey, pyramidPath, { signal })
            return await this.#insert(
              { id, publicId, owner, location, asked, file },
              { ...content, pyramidKey },
            )
          },
          signal,
        )
        .catch((error: unknown) => {
          throw error instanceof RegistrationError ? notAnImage(error.message, error) : error
        })
    } catch (error) {
      await objects.deletePrefix(prefix)
      throw error
    }
  }

  /** Forgets a dataset; its file stays. */
  async remove(organizationId: string, publicId: string): Promise<void> {
    const { dataSource, objects } = this.#options
    const found = await findReadable(dataSource, organizationId, publicId, { withHeader: false })
    if (found === undefined) throw datasetNotFound(publicId)
    const { fileId } = found
    if (found.organizationId !== organizationId || fileId === undefined) throw notOfFile(publicId)
    await inTransaction(dataSource, async (manager) => {
      await deleteDataset(manager, found.id)
      await releaseUse(manager, { fileId, usedBy: useOf(publicId) })
    })
    await objects.deletePrefix(`datasets/${found.id}/`)
  }

  async #insert(
    { id, publicId, owner, location, asked, file }: Place,
    content: Omit<DatasetContent, 'sha256'>,
  ): Promise<DatasetRecord> {
    const { dataSource } = this.#options
    await inTransaction(dataSource, async (manager) => {
      const inserted = await insertDataset(manager, {
        id,
        publicId,
        displayName: shortened(asked.displayName.trim() || file.displayName),
        organizationId: owner.id,
        visibility: asked.visibility,
        location,
        fileId: file.id,
        content: { ...content, sha256: file.sha256 },
      })
      if (!inserted) throw identifierTaken(publicId)
      await useFile(manager, { fileId: file.id, version: file.version, usedBy: useOf(publicId) })
    })
    const record = await findReadable(dataSource, owner.id, publicId, { withHeader: true })
    if (record === undefined) throw datasetNotFound(publicId)
    return record
  }
}

interface Place {
  readonly id: string
  readonly publicId: string
  readonly owner: { readonly id: string }
  readonly location: DatasetLocation
  readonly asked: AskedDataset
  readonly file: ReleasedFile
}

/** How a file knows the dataset that keeps it. */
export const useOf = (publicId: string) => `datasets/${publicId}`

/** A file's name has other characters than an identifier. */
function idOfFile(displayName: string): string {
  try {
    return datasetIdOf(displayName)
  } catch (error) {
    if (!(error instanceof RegistrationError)) throw error
    const plain = displayName
      .replace(/\.(fits|fit|fts)$/i, '')
      .normalize('NFKD')
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 128)
    if (isDatasetId(plain)) return plain
    throw invalidField('dataset_id', 'cannot be made of the name of the file. Give one.')
  }
}

/** At most as many bytes as a name may have, whole characters. */
function shortened(name: string): string {
  let kept = name
  while (Buffer.byteLength(kept) > DISPLAY_NAME_MAX_BYTES) kept = [...kept].slice(0, -1).join('')
  return kept
}

const identifierTaken = (publicId: string) =>
  new DomainError(
    'ALREADY_EXISTS',
    'DATASET_ID_TAKEN',
    `There is a dataset ${publicId} already. Choose another identifier.`,
    {
      violations: [{ field: 'dataset_id', description: 'is taken. Choose another one.' }],
      metadata: { dataset: publicId },
    },
  )

const notAnImage = (sentence: string, cause: Error) =>
  new DomainError('FAILED_PRECONDITION', 'FILE_NOT_AN_IMAGE', `The file cannot be a dataset. ${sentence}`, {
    violations: [{ field: 'file', description: sentence }],
    cause,
  })

const notOfFile = (publicId: string) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'DATASET_NOT_OF_FILE',
    `Dataset ${publicId} was not made of a file of this organisation. The operator removes it.`,
    { metadata: { dataset: publicId } },
  )
