import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { Observable } from 'rxjs'
import { toApiError } from '../app/api-error'
import { notifyFailure } from './notify'
import { saveFile } from './save-file'

type ExportFormat = 'csv' | 'ndjson' | 'xlsx'

const types: Record<ExportFormat, string> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** Bytes that are put together into one part, which a browser may keep on disk. */
const partBytes = 4 * 2 ** 20

interface Download {
  /** Begins the stream of the file's parts. */
  readonly open: () => Observable<{ readonly data: Uint8Array }>
  /** Without its ending. */
  readonly fileName: string
  readonly format: ExportFormat
}

/** Downloads a file as a stream, however long it is; `stop` ends it. */
export function useDownload() {
  const [received, setReceived] = useState(0)
  const abort = useRef<() => void>(undefined)
  const download = useMutation({
    mutationFn: ({ open, fileName, format }: Download) =>
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
        const stream = open().subscribe({
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
            saveFile(parts, `${fileName}.${format}`, types[format])
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
