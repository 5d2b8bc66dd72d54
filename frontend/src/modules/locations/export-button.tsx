import { Button } from '@mantine/core'
import { IconDownload, IconX } from '@tabler/icons-react'
import type { Observable } from 'rxjs'
import { dayOf } from '../../ui/day'
import { formatBytes } from '../../ui/format-bytes'
import { useDownload } from '../../ui/use-download'

interface ExportButtonProps {
  readonly open: () => Observable<{ readonly data: Uint8Array }>
  /** Of whom or what; becomes part of the file's name. */
  readonly of: string
  /** For the head of a panel. */
  readonly compact?: boolean
}

/** Downloads everything that is kept of a person. */
export function ExportButton({ open, of, compact = false }: ExportButtonProps) {
  const { download, stop, isRunning, received } = useDownload()
  if (isRunning) {
    return (
      <Button
        variant="default"
        size={compact ? 'compact-sm' : 'sm'}
        leftSection={<IconX size={16} aria-hidden />}
        onClick={stop}
      >
        Stop ({formatBytes(received)})
      </Button>
    )
  }
  return (
    <Button
      variant="default"
      size={compact ? 'compact-sm' : 'sm'}
      leftSection={<IconDownload size={16} aria-hidden />}
      onClick={() =>
        download({ open, fileName: `${fileNamePart(of)}-locations-${dayOf(new Date())}`, format: 'ndjson' })
      }
    >
      Export
    </Button>
  )
}

/** Letters and digits of any script, and hyphens for the rest. */
function fileNamePart(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60) || 'person'
  )
}
