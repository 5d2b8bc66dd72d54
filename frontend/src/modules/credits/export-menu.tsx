import { Button, Menu } from '@mantine/core'
import { IconDownload, IconFileSpreadsheet, IconFileText, IconX } from '@tabler/icons-react'
import { dayOf } from '../../ui/day'
import { formatBytes } from '../../ui/format-bytes'
import { useDownload } from '../../ui/use-download'
import { requestOf, type StatementFilter } from './statement-filter'
import { useCreditService } from './use-credit-service'

/** Downloads what the filter chooses, all pages of it. */
export function ExportMenu({ organization, filter }: { organization: string; filter: StatementFilter }) {
  const credits = useCreditService()
  const { download, stop, isRunning, received } = useDownload()
  const save = (format: 'csv' | 'xlsx') =>
    download({
      open: () =>
        credits().ExportStatement({
          ...requestOf(organization, filter),
          format: format === 'csv' ? 'EXPORT_FORMAT_CSV' : 'EXPORT_FORMAT_XLSX',
        }),
      fileName: `${organization}-statement-${dayOf(new Date())}`,
      format,
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
        <Menu.Item leftSection={<IconFileText size={16} aria-hidden />} onClick={() => save('csv')}>
          CSV, for programs
        </Menu.Item>
        <Menu.Item leftSection={<IconFileSpreadsheet size={16} aria-hidden />} onClick={() => save('xlsx')}>
          XLSX, for spreadsheets
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
