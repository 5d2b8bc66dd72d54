import type {
  FixFileFormat,
  FixImport,
  FixImportState,
} from '@fairlead/proto/web/fairlead/locations/v1/imports'

const labels: Partial<Record<FixImportState, string>> = {
  FIX_IMPORT_STATE_WAITING: 'Waiting for its file',
  FIX_IMPORT_STATE_RUNNING: 'Reading',
  FIX_IMPORT_STATE_COMPLETED: 'Completed',
  FIX_IMPORT_STATE_FAILED: 'Failed',
  FIX_IMPORT_STATE_CANCELLED: 'Cancelled',
}

const colors: Partial<Record<FixImportState, string>> = {
  FIX_IMPORT_STATE_RUNNING: 'sea',
  FIX_IMPORT_STATE_COMPLETED: 'teal',
  FIX_IMPORT_STATE_FAILED: 'red',
  FIX_IMPORT_STATE_CANCELLED: 'orange',
}

export function importStateLabel(state: FixImportState): string {
  return labels[state] ?? 'Unknown'
}

/** Of the theme. */
export function importStateColor(state: FixImportState): string {
  return colors[state] ?? 'gray'
}

const formats: Partial<Record<FixFileFormat, string>> = {
  FIX_FILE_FORMAT_GPX: 'GPX',
  FIX_FILE_FORMAT_GEOJSON: 'GeoJSON',
  FIX_FILE_FORMAT_CSV: 'CSV',
  FIX_FILE_FORMAT_NDJSON: 'NDJSON',
}

export const fixFileFormats = Object.keys(formats) as FixFileFormat[]

/** Empty while it is not known. */
export function formatLabel(format: FixFileFormat): string {
  return formats[format] ?? ''
}

export function hasEnded({ state }: Pick<FixImport, 'state'>): boolean {
  return state !== 'FIX_IMPORT_STATE_WAITING' && state !== 'FIX_IMPORT_STATE_RUNNING'
}

/**
 * How much of the file has been read, 0 to 1; undefined where nobody knows its size.
 * Less than 1 until the import has ended: the last rows are still written when the last byte is in.
 */
export function readPart(one: Pick<FixImport, 'state' | 'bytesRead' | 'sizeBytes'>): number | undefined {
  if (one.state === 'FIX_IMPORT_STATE_COMPLETED') return 1
  if (one.sizeBytes <= 0n) return undefined
  return Math.min(0.99, Number(one.bytesRead) / Number(one.sizeBytes))
}
