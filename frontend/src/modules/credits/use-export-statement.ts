import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { notifyFailure } from '../../ui/notify'
import { dayOf } from './day'
import { saveFile } from './save-file'
import { requestOf, type StatementFilter } from './statement-filter'
import { useCreditService } from './use-credit-service'

export type ExportFormat = 'csv' | 'xlsx'

const types: Record<ExportFormat, string> = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** Bytes that are put together into one part, which a browser may keep on disk. */
const partBytes = 4 * 2 ** 20

/** Downloads the statement as a stream, however long it is; `stop` ends it. */
export function useExportStatement(organization: string) {
  const credits = useCreditService()
  const [received, setReceived] = useState(0)
  const abort = useRef<() => void>(undefined)
  const download = useMutation({
    mutationFn: ({ format, filter }: { format: ExportFormat; filter: StatementFilter }) =>
      new Promise<void>((resolve, reject) => {
        const parts: Blob[] = []
        let pending: Uint8Array<ArrayBuffer>[] = []
        let pendingBytes = 0
        let bytes = 0
        const settle = () => {
          parts.push(new Blob(pending))
          pending = []
          pendingBytes = 0
        }
        setReceived(0)
        const stream = credits()
          .ExportStatement({
            ...requestOf(organization, filter),
            format: format === 'csv' ? 'EXPORT_FORMAT_CSV' : 'EXPORT_FORMAT_XLSX',
          })
          .subscribe({
            next: ({ data }) => {
              // A copy: the decoder may use its buffer again.
              pending.push(new Uint8Array(data))
              pendingBytes += data.length
              bytes += data.length
              if (pendingBytes >= partBytes) settle()
              setReceived(bytes)
            },
            error: reject,
            complete: () => {
              settle()
              saveFile(parts, `${organization}-statement-${dayOf(new Date())}.${format}`, types[format])
              resolve()
            },
          })
        abort.current = () => {
          stream.unsubscribe()
          resolve()
        }
      }),
    onError: (error) => notifyFailure('The file could not be downloaded', toApiError(error)),
  })
  return {
    download: download.mutate,
    stop: () => abort.current?.(),
    isRunning: download.isPending,
    /** Bytes received so far. */
    received,
  }
}
