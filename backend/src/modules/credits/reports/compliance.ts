/** Of one class and one organisation in a period, in the smallest unit of the class. Held credits count as its own. */
export interface ComplianceLine {
  readonly classId: string
  readonly opening: bigint
  readonly issued: bigint
  readonly awarded: bigint
  /** Signed: corrections either way, and reversals. */
  readonly adjusted: bigint
  readonly bought: bigint
  readonly sold: bigint
  /** Paid for jobs. */
  readonly used: bigint
  readonly reduced: bigint
  readonly closing: bigint
  /** What reductions of the period asked for and the organisation did not have. */
  readonly deficit: bigint
}

export interface ComplianceReport {
  readonly organization: { readonly slug: string; readonly displayName: string }
  readonly lines: readonly ComplianceLine[]
}

/** closing = opening + issued + awarded + adjusted + bought - sold - used - reduced */
export function addsUp(line: ComplianceLine): boolean {
  const { opening, issued, awarded, adjusted, bought, sold, used, reduced, closing } = line
  return closing === opening + issued + awarded + adjusted + bought - sold - used - reduced
}
