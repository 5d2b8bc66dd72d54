import type { DatasetLocation } from '../../ports/dataset-files.ts'

/** A registered image, as the database holds it. */
export interface DatasetRecord {
  /** UUIDv7, the key in the database. */
  readonly id: string
  /** What people and jobs call it: SODA's ID. */
  readonly publicId: string
  readonly displayName: string
  /** The owner's key. */
  readonly organizationId: string
  readonly visibility: DatasetVisibility
  readonly location: DatasetLocation
  /** Of the owner, that it was registered from; undefined for one of the operator's folders. */
  readonly fileId: string | undefined
  /** Why the file cannot be read at present; undefined when it can. */
  readonly unavailableReason: string | undefined
  readonly createTime: Date
  readonly content: DatasetContent
}

export type DatasetVisibility = 'ORGANIZATION' | 'EVERYONE'

/** What was read from the file when it was registered. */
export interface DatasetContent {
  /** Lower-case hexadecimal. */
  readonly sha256: string
  /** Index of the image HDU, 0 for the primary one. */
  readonly hdu: number
  readonly bitpix: number
  /** NAXIS1, NAXIS2, ... */
  readonly axes: readonly bigint[]
  /** BUNIT, or empty. */
  readonly unit: string
  /** Cards of 80 characters; empty in lists, where they are not read. */
  readonly header: readonly string[]
  readonly coverage: Coverage | undefined
  readonly pyramid: PyramidSummary
  /** Key of the pyramid's file in the object store. */
  readonly pyramidKey: string
}

/** ICRS, degrees. */
export interface SkyPosition {
  readonly raDeg: number
  readonly decDeg: number
}

export interface Coverage {
  /** In order around the image; empty for the whole sky. */
  readonly footprint: readonly SkyPosition[]
  /** A point inside the footprint: tells its inside from its outside. */
  readonly interior: SkyPosition
  /** Of a circle around the footprint. */
  readonly center: SkyPosition
  readonly radiusDeg: number
  readonly pixelScaleDeg: number
  readonly projection: string
  readonly frame: string
}

export interface PyramidSummary {
  readonly tileSizePx: number
  readonly levels: number
  readonly percentile1: number
  readonly percentile99: number
  readonly minimum: number
  readonly maximum: number
}
