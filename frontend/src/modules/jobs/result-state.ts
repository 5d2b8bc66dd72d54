import type { Result } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'

/** Whether it can be fetched: what is being scanned cannot yet, and what was infected is gone. */
export function isAvailable({ scanState }: Pick<Result, 'scanState'>): boolean {
  return scanState === 'SCAN_STATE_CLEAN' || scanState === 'SCAN_STATE_UNSCANNED'
}
