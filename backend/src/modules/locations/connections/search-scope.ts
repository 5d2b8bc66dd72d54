/** Whose fixes may be seen: those of the organisation that consents to the purpose cover. */
export interface SearchScope {
  readonly organizationId: string
  /** In fixes. */
  readonly organizationNo: number
  readonly purposeId: string
}

/** Half open: from `startMs` on, and before `endMs`. Milliseconds since 1970. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
}
