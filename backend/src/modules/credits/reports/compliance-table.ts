import type { ClassesById } from '../classes/index.ts'
import { classIn } from '../classes/index.ts'
import { amountCell, type Column, type Table, textCell, timeCell } from '../export/index.ts'
import type { CreditClassRecord } from '../ledger/index.ts'
import type { ComplianceLine } from './compliance.ts'
import type { PeriodReport } from './compliance-service.ts'

interface Row {
  readonly report: PeriodReport
  readonly line: ComplianceLine
  readonly creditClass: CreditClassRecord
}

const columns: readonly Column<Row>[] = [
  { title: 'Organisation', width: 34, cell: ({ report }) => textCell(report.organization.displayName) },
  { title: 'Name', width: 24, cell: ({ report }) => textCell(`organizations/${report.organization.slug}`) },
  { title: 'From (UTC)', width: 26, cell: ({ report }) => timeCell(report.period.startTime) },
  { title: 'Until (UTC)', width: 26, cell: ({ report }) => timeCell(report.period.endTime) },
  { title: 'Class', width: 18, cell: ({ creditClass }) => textCell(creditClass.code) },
  { title: 'Unit', width: 12, cell: ({ creditClass }) => textCell(creditClass.unit) },
  amount('Opening', ({ opening }) => opening),
  amount('Issued', ({ issued }) => issued),
  amount('Awarded', ({ awarded }) => awarded),
  amount('Adjusted', ({ adjusted }) => adjusted),
  amount('Bought', ({ bought }) => bought),
  amount('Sold', ({ sold }) => sold),
  amount('Used', ({ used }) => used),
  amount('Reduced', ({ reduced }) => reduced),
  amount('Closing', ({ closing }) => closing),
  amount('Deficit', ({ deficit }) => deficit),
]

function amount(title: string, of: (line: ComplianceLine) => bigint): Column<Row> {
  return { title, width: 18, cell: ({ line, creditClass }) => amountCell(of(line), creditClass.decimals) }
}

/** A row for each organisation and class. */
export function complianceTable(
  reports: AsyncIterable<readonly PeriodReport[]>,
  classes: () => Promise<ClassesById>,
): Table<Row> {
  return { name: 'Compliance', columns, batches: rowsOf(reports, classes) }
}

async function* rowsOf(
  reports: AsyncIterable<readonly PeriodReport[]>,
  classes: () => Promise<ClassesById>,
): AsyncGenerator<Row[], void> {
  for await (const batch of reports) {
    // Read after the reports: they know no class that is not among these.
    const known = await classes()
    yield batch.flatMap((report) =>
      report.lines.map((line) => ({ report, line, creditClass: classIn(known, line.classId) })),
    )
  }
}
