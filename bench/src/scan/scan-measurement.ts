/** Of one scan in a process that had scanned something small before. */
export interface ScanMeasurement {
  readonly ms: number
  readonly aboveIdleBytes: number
}
