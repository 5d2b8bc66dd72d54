/** What the process that looks into a file is told; the content stands in its input folder. */
export interface PreviewOrder {
  readonly kind: 'image' | 'table' | 'text'
  /** By content. */
  readonly mediaType: string
  /** Whether the content goes on after what the process is given. */
  readonly truncated: boolean
}

/** In the input folder. */
export const CONTENT_FILE = 'content'
/** In the task's folder: what was seen, as JSON. */
export const SEEN_FILE = 'seen.json'
/** In the task's folder, of an image. */
export const PNG_FILE = 'preview.png'

/** What the process saw. */
export type Seen =
  | { readonly kind: 'image'; readonly widthPx: number; readonly heightPx: number }
  | {
      readonly kind: 'table'
      readonly columns: readonly string[]
      readonly rows: readonly (readonly string[])[]
      readonly truncated: boolean
    }
  | { readonly kind: 'text'; readonly text: string; readonly truncated: boolean }

/** Reason of a task that failed for what the content is; its message is for people. */
export const NOT_SHOWN = 'NOT_SHOWN'
