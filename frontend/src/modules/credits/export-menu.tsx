import { Button, Menu } from '@mantine/core'
import { IconDownload, IconFileSpreadsheet, IconFileText, IconX } from '@tabler/icons-react'
import { formatBytes } from '../../ui/format-bytes'
import type { StatementFilter } from './statement-filter'
import { useExportStatement } from './use-export-statement'

/** Downloads what the filter chooses, all pages of it. */
export function ExportMenu({ organization, filter }: { organization: string; filter: StatementFilter }) {
  const { download, stop, isRunning, received } = useExportStatement(organization)
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
        <Menu.Item
          leftSection={<IconFileText size={16} aria-hidden />}
          onClick={() => download({ format: 'csv', filter })}
        >
          CSV, for programs
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFileSpreadsheet size={16} aria-hidden />}
          onClick={() => download({ format: 'xlsx', filter })}
        >
          XLSX, for spreadsheets
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
