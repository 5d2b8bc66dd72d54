import type { ComplianceLine } from '@fairlead/proto/web/fairlead/credits/v1/credits'

type Field = Exclude<keyof ComplianceLine, 'creditClass'>

export interface ReportColumn {
  readonly field: Field
  readonly label: string
  /** How it counts into the closing balance; undefined for what stands by itself. */
  readonly sign?: 1 | -1
}

/** From the opening balance to the closing one, which is the sum of those before it, each with its sign. */
export const reportColumns: readonly ReportColumn[] = [
  { field: 'opening', label: 'Opening', sign: 1 },
  { field: 'issued', label: 'Issued', sign: 1 },
  { field: 'awarded', label: 'Awarded', sign: 1 },
  { field: 'adjusted', label: 'Adjusted', sign: 1 },
  { field: 'bought', label: 'Bought', sign: 1 },
  { field: 'sold', label: 'Sold', sign: -1 },
  { field: 'used', label: 'Used', sign: -1 },
  { field: 'reduced', label: 'Reduced', sign: -1 },
  { field: 'closing', label: 'Closing' },
  { field: 'deficit', label: 'Deficit' },
]

/** A figure as it counts: what was sold of a balance is less than 0. */
export function counted(line: ComplianceLine, { field, sign = 1 }: ReportColumn): bigint {
  return BigInt(sign) * line[field]
}
