import type { ContainerCounts, StepState } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'

interface Words {
  readonly label: string
  /** Of the theme. */
  readonly color: string
  /** What it means, as a sentence. */
  readonly text: string
}

const unknown: Words = { label: 'Unknown', color: 'gray', text: 'Its state is not known.' }

const words: Partial<Record<StepState, Words>> = {
  STEP_STATE_BLOCKED: { label: 'Blocked', color: 'gray', text: 'Steps before it have not completed.' },
  STEP_STATE_WAITING: { label: 'Waiting', color: 'yellow', text: 'It waits in the queue for its turn.' },
  STEP_STATE_STARTING: {
    label: 'Starting',
    color: 'sea',
    text: 'Its containers wait for room, or fetch what they read.',
  },
  STEP_STATE_RUNNING: { label: 'Running', color: 'sea', text: 'Its containers run.' },
  STEP_STATE_COLLECTING: {
    label: 'Collecting',
    color: 'sea',
    text: 'What it made is fetched, and scanned for malware.',
  },
  STEP_STATE_COMPLETED: { label: 'Completed', color: 'teal', text: 'It completed.' },
  STEP_STATE_FAILED: { label: 'Failed', color: 'red', text: 'It failed.' },
  STEP_STATE_CANCELLED: {
    label: 'Cancelled',
    color: 'orange',
    text: 'It was stopped, or never began because one before it failed.',
  },
  STEP_STATE_KEPT: {
    label: 'Kept',
    color: 'teal',
    text: 'It completed in the run that this one is a retry of; what it made is used again.',
  },
}

export function stepStateWords(state: StepState): Words {
  return words[state] ?? unknown
}

const moving: ReadonlySet<StepState> = new Set([
  'STEP_STATE_STARTING',
  'STEP_STATE_RUNNING',
  'STEP_STATE_COLLECTING',
])

/** Whether something happens in it now. */
export function isMoving(state: StepState): boolean {
  return moving.has(state)
}

const done: ReadonlySet<StepState> = new Set(['STEP_STATE_COMPLETED', 'STEP_STATE_KEPT'])

/** Whether what it made can be read. */
export function isDone(state: StepState): boolean {
  return done.has(state)
}

/** "3 of 8 containers, 1 failed"; empty while it is not known how many, and for one alone. */
export function containersText(counts: ContainerCounts | undefined): string {
  if (counts === undefined || counts.total <= 1) return ''
  const total = counts.total.toLocaleString('en')
  const head =
    counts.completed === counts.total
      ? `${total} containers`
      : `${counts.completed.toLocaleString('en')} of ${total} containers`
  return counts.failed === 0 ? head : `${head}, ${counts.failed.toLocaleString('en')} failed`
}

/** Shares of all containers, [0, 1]. */
export function containerShares(counts: ContainerCounts | undefined): {
  readonly completed: number
  readonly running: number
  readonly failed: number
} {
  const total = Math.max(1, counts?.total ?? 0)
  return {
    completed: (counts?.completed ?? 0) / total,
    running: (counts?.running ?? 0) / total,
    failed: (counts?.failed ?? 0) / total,
  }
}
