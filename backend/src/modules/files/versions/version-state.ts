/** What became of one version of a file; the same words as in the contract and in the tables. */
export type FileState = 'UPLOADING' | 'SCANNING' | 'CLEAN' | 'UNSCANNED' | 'INFECTED' | 'REJECTED' | 'FAILED'

/**
 * Where a version may go from each state. Released ones go to themselves when they are scanned again, and are
 * taken back when newer signatures find something. INFECTED and REJECTED are ends: their content is deleted.
 */
export const transitions: Readonly<Record<FileState, readonly FileState[]>> = {
  UPLOADING: ['SCANNING', 'REJECTED'],
  SCANNING: ['CLEAN', 'UNSCANNED', 'INFECTED', 'REJECTED', 'FAILED'],
  FAILED: ['SCANNING', 'CLEAN', 'UNSCANNED', 'INFECTED', 'REJECTED', 'FAILED'],
  CLEAN: ['CLEAN', 'INFECTED'],
  UNSCANNED: ['UNSCANNED', 'CLEAN', 'INFECTED'],
  INFECTED: [],
  REJECTED: [],
}

/** Whether content in the state may be fetched and used. */
export function isReleased(state: FileState): boolean {
  return state === 'CLEAN' || state === 'UNSCANNED'
}
