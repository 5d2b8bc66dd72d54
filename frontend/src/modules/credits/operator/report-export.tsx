import { Button, Menu } from '@mantine/core'
import { IconDownload, IconFileSpreadsheet, IconFileText, IconX } from '@tabler/icons-react'
import { formatBytes } from '../../../ui/format-bytes'
import { useDownload } from '../../../ui/use-download'
import { useLedgerService } from '../use-ledger-service'

interface ReportExportProps {
  readonly start: Date
  readonly end: Date
  /** Without its ending. */
  readonly fileName: string
}

/** Downloads the report of every organisation. */
export function ReportExport({ start, end, fileName }: ReportExportProps) {
  const ledger = useLedgerService()
  const { download, stop, isRunning, received } = useDownload()
  const get = (format: 'csv' | 'xlsx') =>
    download({
      format,
      fileName,
      open: () =>
        ledger().ExportComplianceReports({
          startTime: start,
          endTime: end,
          format: format === 'csv' ? 'EXPORT_FORMAT_CSV' : 'EXPORT_FORMAT_XLSX',
        }),
    })
  if (isRunning) {
    return (
      <Button variant="default" leftSection={<IconX size={16} aria-hidden />} onClick={stop}>
        Stop ({formatBytes(received)})
      </Button>
    )
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconFileText size={16} aria-hidden />} onClick={() => get('csv')}>
          CSV, for programs
        </Menu.Item>
        <Menu.Item leftSection={<IconFileSpreadsheet size={16} aria-hidden />} onClick={() => get('xlsx')}>
          XLSX, for spreadsheets
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
