/** One figure of a bench, with the reference measured beside it in the same run. */
export interface BenchLine {
  readonly label: string
  readonly value: number
  /** Such as "req/s", "ms", "MB". Empty for a pure ratio. */
  readonly unit: string
  /** The floor or peer, in the same unit. */
  readonly reference?: number
  /** value / reference, or whichever way round `target` speaks of. */
  readonly ratio?: number
  /** What the figure should keep to, as printed: ">= 0.6". Never asserted. */
  readonly target?: string
}

export interface BenchReport {
  readonly name: string
  readonly lines: readonly BenchLine[]
}

const plain = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

/** The report as an aligned table, for a terminal and for a closing note alike. */
export function formatReport(report: BenchReport): string {
  const rows = [
    ['', 'measured', 'reference', 'ratio', 'target'],
    ...report.lines.map((line) => [
      line.label,
      `${plain.format(line.value)} ${line.unit}`.trim(),
      line.reference === undefined ? '' : `${plain.format(line.reference)} ${line.unit}`.trim(),
      line.ratio === undefined ? '' : line.ratio.toFixed(2),
      line.target ?? '',
    ]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const body = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
  return [`bench ${report.name}`, ...body].join('\n')
}
