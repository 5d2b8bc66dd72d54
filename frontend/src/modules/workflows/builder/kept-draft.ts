import type { WorkflowDraft } from './workflow-draft'

/** What was not saved yet, for as long as the tab is open: a reload goes on with it. */

const prefix = 'fairlead.workflow-draft.'

export function keepDraft(place: string, draft: WorkflowDraft): void {
  try {
    sessionStorage.setItem(prefix + place, JSON.stringify(draft))
  } catch (error) {
    // Full, or switched off: what is on the page is not lost by it.
    // biome-ignore lint/suspicious/noConsole: nobody can do anything about it.
    console.warn('The draft could not be kept:', error)
  }
}

export function forgetDraft(place: string): void {
  sessionStorage.removeItem(prefix + place)
}

/** Undefined when there is none, or one that an older page kept in another form. */
export function keptDraft(place: string): WorkflowDraft | undefined {
  const text = sessionStorage.getItem(prefix + place)
  if (text === null) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isDraft(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isDraft(value: unknown): value is WorkflowDraft {
  if (typeof value !== 'object' || value === null) return false
  const fields: Record<string, unknown> = { ...value }
  return (
    typeof fields['id'] === 'string' &&
    typeof fields['displayName'] === 'string' &&
    typeof fields['description'] === 'string' &&
    ['parameters', 'inputs'].every((name) => Array.isArray(fields[name])) &&
    Array.isArray(fields['steps']) &&
    fields['steps'].every((step) => Array.isArray(step?.inputs) && Array.isArray(step?.after))
  )
}
