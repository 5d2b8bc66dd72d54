const key = 'fairlead.uploads'

/** Whether this browser has uploads that have not ended; asked without loading what knows them. */
export function hasRememberedUploads(): boolean {
  return localStorage.getItem(key) !== null
}

export function markRememberedUploads(some: boolean): void {
  if (some) localStorage.setItem(key, 'unfinished')
  else localStorage.removeItem(key)
}
