import type { TablePreview } from '@fairlead/proto/web/fairlead/files/v1/files'
import { Table, Text } from '@mantine/core'
import classes from './file-preview.module.css'

/** The first rows of a table. */
export function PreviewTable({ table: { columns, rows, truncated } }: { table: TablePreview }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached. */}
      <section className={classes.table} tabIndex={0} aria-label="Rows of the file">
        <Table aria-label="First rows" fz="sm" verticalSpacing={5} striped>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns may be called the same; their order stays.
                <Table.Th key={place}>{column}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ cells }, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name; their order stays.
              <Table.Tr key={place}>
                {cells.map((cell, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as their columns.
                  <Table.Td key={column}>{cell}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      <Text size="xs" c="dimmed" className={classes.more}>
        {truncated
          ? `The first ${rows.length.toLocaleString('en')} rows; download it for the rest.`
          : `${rows.length.toLocaleString('en')} ${rows.length === 1 ? 'row' : 'rows'}`}
      </Text>
    </>
  )
}
