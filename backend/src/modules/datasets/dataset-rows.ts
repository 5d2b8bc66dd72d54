import type { Coverage, DatasetRecord, DatasetVisibility, PyramidSummary } from './dataset.ts'

/** A row as pg gives it: int8 as text, bytea as Buffer. */
export interface DatasetRow {
  readonly id: string
  readonly public_id: string
  readonly display_name: string
  readonly organization_id: string
  readonly visibility: DatasetVisibility
  readonly location: string
  readonly location_version: string
  readonly file_id: string | null
  readonly unavailable_reason: string | null
  readonly create_time: Date
  readonly size_bytes: string
  readonly sha256: Buffer
  readonly hdu: number
  readonly bitpix: number
  readonly axes: readonly string[]
  readonly unit: string
  readonly header?: readonly string[]
  readonly coverage: Coverage | null
  readonly pyramid: PyramidSummary
  readonly pyramid_key: string
}

/** Without the header, which can be a megabyte. */
export const listColumns = `id, public_id, display_name, organization_id, visibility, location,
  location_version, file_id, unavailable_reason, create_time, size_bytes, sha256, hdu, bitpix, axes, unit, coverage,
  pyramid, pyramid_key`

export const datasetColumns = `${listColumns}, header`

export function datasetOf(row: DatasetRow): DatasetRecord {
  return {
    id: row.id,
    publicId: row.public_id,
    displayName: row.display_name,
    organizationId: row.organization_id,
    visibility: row.visibility,
    location: { address: row.location, version: row.location_version, sizeBytes: Number(row.size_bytes) },
    fileId: row.file_id ?? undefined,
    unavailableReason: row.unavailable_reason ?? undefined,
    createTime: row.create_time,
    content: {
      sha256: row.sha256.toString('hex'),
      hdu: row.hdu,
      bitpix: row.bitpix,
      axes: row.axes.map(BigInt),
      unit: row.unit,
      header: row.header ?? [],
      coverage: row.coverage ?? undefined,
      pyramid: row.pyramid,
      pyramidKey: row.pyramid_key,
    },
  }
}
