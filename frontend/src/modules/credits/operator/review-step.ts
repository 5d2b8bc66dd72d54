import type { ReviewStep } from '@fairlead/proto/web/fairlead/credits/v1/reviews'

const done: Readonly<Record<string, string>> = {
  propose: 'Proposed',
  accept: 'Accepted',
  refuse: 'Refused',
  rescind: 'Rescinded',
  expire: 'Expired',
  'recommend approval': 'Recommended approval',
  'recommend rejection': 'Recommended rejection',
  approve: 'Approved',
  decline: 'Declined',
  record: 'Recorded',
  comment: 'Commented',
}

/** What was done, as the history says it. */
export function stepWords(action: string): string {
  return done[action] ?? action.charAt(0).toUpperCase() + action.slice(1)
}

/** The analyst's advice that counts: the last one. */
export function lastRecommendation(steps: readonly ReviewStep[]): ReviewStep | undefined {
  return steps.findLast(({ action }) => action.startsWith('recommend'))
}
