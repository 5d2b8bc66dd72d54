import type { WorkflowDraft } from './workflow-draft'

/** What was made, and what it was before: each change can be undone. */
export interface DraftHistory {
  readonly past: readonly WorkflowDraft[]
  readonly present: WorkflowDraft
  readonly future: readonly WorkflowDraft[]
  /** Of the last change; the next of the same name is undone together with it. */
  readonly last: string
}

export type DraftAction =
  | {
      readonly kind: 'change'
      /** Changes that follow each other under one name, as letters typed into one field, are one; empty for none. */
      readonly together: string
      readonly change: (draft: WorkflowDraft) => WorkflowDraft
    }
  | { readonly kind: 'undo' }
  | { readonly kind: 'redo' }
  /** Begins anew: there is nothing to undo. */
  | { readonly kind: 'begin'; readonly draft: WorkflowDraft }

const mostSteps = 100

export function historyOf(draft: WorkflowDraft): DraftHistory {
  return { past: [], present: draft, future: [], last: '' }
}

export function draftHistory(history: DraftHistory, action: DraftAction): DraftHistory {
  const { past, present, future, last } = history
  switch (action.kind) {
    case 'change': {
      const next = action.change(present)
      if (next === present) return history
      const joins = action.together !== '' && action.together === last
      return {
        past: joins ? past : [...past.slice(1 - mostSteps), present],
        present: next,
        future: [],
        last: action.together,
      }
    }
    case 'undo': {
      const before = past.at(-1)
      if (before === undefined) return history
      return { past: past.slice(0, -1), present: before, future: [present, ...future], last: '' }
    }
    case 'redo': {
      const [next, ...rest] = future
      if (next === undefined) return history
      return { past: [...past, present], present: next, future: rest, last: '' }
    }
    case 'begin':
      return historyOf(action.draft)
  }
}
