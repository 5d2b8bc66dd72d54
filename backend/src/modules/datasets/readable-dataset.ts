import type { DataSource } from 'typeorm'
import type { DatasetLocation } from '../../ports/dataset-files.ts'
import type { DatasetRecord } from './dataset.ts'
import { findReadable } from './dataset-store.ts'

/** What a job needs of a dataset. */
export interface ReadableDataset {
  /** What the ID parameter takes. */
  readonly id: string
  readonly displayName: string
  readonly location: DatasetLocation
  readonly hdu: number
  readonly header: readonly string[]
  readonly bitpix: number
  readonly axes: readonly number[]
  readonly sizeBytes: number
  /** Why its file cannot be read at present; undefined when it can. */
  readonly unavailableReason: string | undefined
}

/** Undefined when absent or another organisation's own. */
export async function readableDataset(
  dataSource: DataSource,
  organizationId: string,
  datasetId: string,
): Promise<ReadableDataset | undefined> {
  const record = await findReadable(dataSource, organizationId, datasetId, { withHeader: true })
  return record === undefined ? undefined : readableOf(record)
}

function readableOf({
  publicId,
  displayName,
  location,
  content,
  unavailableReason,
}: DatasetRecord): ReadableDataset {
  const { hdu, header, bitpix } = content
  const axes = content.axes.map(Number)
  return {
    id: publicId,
    displayName,
    location,
    hdu,
    header,
    bitpix,
    axes,
    sizeBytes: location.sizeBytes,
    unavailableReason,
  }
}
