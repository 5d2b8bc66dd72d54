import type { ComplianceLine, CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { Box, Table, Text } from '@mantine/core'
import { formatAmount, formatChange } from './amount'
import { counted, type ReportColumn, reportColumns } from './report-columns'
import classes from './report-table.module.css'
import { classCode, creditClassOf, useCreditClasses } from './use-credit-classes'

interface ReportTableProps {
  readonly lines: readonly ComplianceLine[]
  readonly label: string
}

/** A compliance report, one line a class; on a narrow screen one block a class. */
export function ReportTable({ lines, label }: ReportTableProps) {
  const { data } = useCreditClasses()
  return (
    <>
      <Box visibleFrom="lg">
        <Table aria-label={label} className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Class</Table.Th>
              {reportColumns.map(({ field, label: text }) => (
                <Table.Th key={field} ta="right">
                  {text}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.map((line) => (
              <Table.Tr key={line.creditClass}>
                <Table.Td>
                  <Text size="sm" fw={570} lineClamp={2} title={nameOf(data, line)}>
                    {nameOf(data, line)}
                  </Text>
                </Table.Td>
                {reportColumns.map((column) => (
                  <Table.Td
                    key={column.field}
                    ta="right"
                    className={styleOf(line, column)}
                    style={{ whiteSpace: 'nowrap' }}
                  >
                    {figure(line, column, data)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Box>
      <Box hiddenFrom="lg" className={classes.cards}>
        {lines.map((line) => (
          <section key={line.creditClass} className={classes.card}>
            <h3>{nameOf(data, line)}</h3>
            <dl>
              {reportColumns.map((column) => (
                <ReportEntry
                  key={column.field}
                  label={column.label}
                  text={figure(line, column, data)}
                  className={styleOf(line, column)}
                />
              ))}
            </dl>
          </section>
        ))}
      </Box>
    </>
  )
}

function ReportEntry({ label, text, className }: { label: string; text: string; className: string }) {
  return (
    <>
      <dt className={className}>{label}</dt>
      <dd className={className}>{text}</dd>
    </>
  )
}

function nameOf(known: readonly CreditClass[] | undefined, { creditClass }: ComplianceLine): string {
  return creditClassOf(known, creditClass)?.displayName ?? classCode(creditClass)
}

function figure(
  line: ComplianceLine,
  column: ReportColumn,
  known: readonly CreditClass[] | undefined,
): string {
  const decimals = creditClassOf(known, line.creditClass)?.decimals
  const amount = counted(line, column)
  if (decimals === undefined) return '…'
  const isBalance = column.field === 'opening' || column.field === 'closing'
  if (amount === 0n && !isBalance) return '–'
  return isBalance || column.field === 'deficit'
    ? formatAmount(amount, decimals)
    : formatChange(amount, decimals)
}

function styleOf(line: ComplianceLine, { field }: ReportColumn): string {
  if (field === 'deficit' && line.deficit > 0n) return classes.deficit ?? ''
  return field === 'opening' || field === 'closing' ? (classes.strong ?? '') : ''
}
