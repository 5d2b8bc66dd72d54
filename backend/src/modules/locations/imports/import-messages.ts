import {
  FixFileFormat as FixFileFormatMessage,
  type FixImport,
  FixImportState as FixImportStateMessage,
} from '@fairlead/proto/server/fairlead/locations/v1/imports'
import type { FixImportRecord, FixImportState } from './fix-import.ts'
import type { FixFileFormat } from './formats/index.ts'

const formatMessages: Readonly<Record<FixFileFormat, FixFileFormatMessage>> = {
  GPX: FixFileFormatMessage.FIX_FILE_FORMAT_GPX,
  GEOJSON: FixFileFormatMessage.FIX_FILE_FORMAT_GEOJSON,
  CSV: FixFileFormatMessage.FIX_FILE_FORMAT_CSV,
  NDJSON: FixFileFormatMessage.FIX_FILE_FORMAT_NDJSON,
}

const stateMessages: Readonly<Record<FixImportState, FixImportStateMessage>> = {
  WAITING: FixImportStateMessage.FIX_IMPORT_STATE_WAITING,
  RUNNING: FixImportStateMessage.FIX_IMPORT_STATE_RUNNING,
  COMPLETED: FixImportStateMessage.FIX_IMPORT_STATE_COMPLETED,
  FAILED: FixImportStateMessage.FIX_IMPORT_STATE_FAILED,
  CANCELLED: FixImportStateMessage.FIX_IMPORT_STATE_CANCELLED,
}

/** Undefined for UNSPECIFIED. */
export function formatOfMessage(message: FixFileFormatMessage): FixFileFormat | undefined {
  const formats = Object.keys(formatMessages) as FixFileFormat[]
  return formats.find((format) => formatMessages[format] === message)
}

export function importName(slug: string, id: string): string {
  return `organizations/${slug}/fixImports/${id}`
}

export function importMessage(
  record: FixImportRecord,
  slug: string,
  creators: ReadonlyMap<string, string>,
): FixImport {
  return {
    name: importName(slug, record.id),
    fileName: record.fileName,
    format:
      record.format === undefined
        ? FixFileFormatMessage.FIX_FILE_FORMAT_UNSPECIFIED
        : formatMessages[record.format],
    state: stateMessages[record.state],
    bytesRead: BigInt(record.bytesRead),
    sizeBytes: BigInt(record.sizeBytes),
    rowsRead: BigInt(record.rowsRead),
    counts: {
      accepted: BigInt(record.accepted),
      duplicates: BigInt(record.duplicates),
      rejected: BigInt(record.rejected),
    },
    rejections: record.rejections.map(({ line, field, description }) => ({
      line: BigInt(line),
      field,
      description,
    })),
    failure: record.failure,
    creatorDisplayName: creators.get(record.creatorId) ?? '',
    createTime: record.createTime,
    endTime: record.endTime,
    devicesCreated: record.devicesCreated,
  }
}
