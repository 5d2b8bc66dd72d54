import { useCallback, useEffect, useReducer, useState } from 'react'
import { draftHistory, historyOf } from './draft-history'
import { forgetDraft, keepDraft, keptDraft } from './kept-draft'
import type { WorkflowDraft } from './workflow-draft'

/** Changes a draft. Those that follow each other under one name are undone together. */
export type ChangeDraft = (change: (draft: WorkflowDraft) => WorkflowDraft, together?: string) => void

/**
 * A workflow that is being put together, with undo, kept over a reload.
 *
 * @param place where it is kept, unique for each thing that is edited
 */
export function useDraft(place: string, initial: WorkflowDraft) {
  const [kept] = useState(() => keptDraft(place))
  const [isRestored, setRestored] = useState(kept !== undefined)
  const [history, dispatch] = useReducer(draftHistory, kept ?? initial, historyOf)
  const draft = history.present
  const isChanged = kept !== undefined ? isRestored || draft !== initial : draft !== initial

  useEffect(() => {
    if (isChanged) keepDraft(place, draft)
  }, [place, draft, isChanged])

  return {
    draft,
    isChanged,
    /** Whether it goes on with what an earlier visit left unsaved. */
    isRestored,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    change: useCallback<ChangeDraft>(
      (change, together = '') => dispatch({ kind: 'change', change, together }),
      [],
    ),
    undo: useCallback(() => dispatch({ kind: 'undo' }), []),
    redo: useCallback(() => dispatch({ kind: 'redo' }), []),
    forget: useCallback(() => forgetDraft(place), [place]),
    discard: useCallback(() => {
      forgetDraft(place)
      setRestored(false)
      dispatch({ kind: 'begin', draft: initial })
    }, [place, initial]),
  }
}
