import type { ScannerState } from '@fairlead/proto/web/fairlead/files/v1/quarantine'

/** What the operator should know of the scanner before anything else; undefined when all is well. */
export function scannerTrouble(
  state: Pick<ScannerState, 'enabled' | 'reachable' | 'failure' | 'waitingCount' | 'failedCount'>,
): { color: string; title: string; text: string } | undefined {
  if (!state.enabled) {
    return {
      color: 'yellow',
      title: 'Files are released without a scan',
      text: 'Scanning is disabled in this installation: every file is marked "Not scanned" and can be fetched as it was uploaded. A scanner is named by FAIRLEAD_CLAMAV_HOST.',
    }
  }
  if (!state.reachable) {
    const waiting = state.waitingCount
    return {
      color: 'red',
      title: 'The scanner does not answer',
      text: `${withStop(state.failure)} Nothing is released meanwhile${
        waiting === 0n ? '.' : `: ${countOf(waiting, 'file')} ${waiting === 1n ? 'waits' : 'wait'} for it.`
      } Scans go on by themselves as soon as it answers.`.trim(),
    }
  }
  if (state.failedCount > 0n) {
    return {
      color: 'orange',
      title: `${countOf(state.failedCount, 'file')} could not be scanned`,
      text: 'Each is tried again from time to time, and stays locked until it is scanned or rejected.',
    }
  }
  return undefined
}

function withStop(sentence: string): string {
  return sentence === '' || /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}

function countOf(count: bigint, thing: string): string {
  return `${count.toLocaleString('en')} ${thing}${count === 1n ? '' : 's'}`
}
