/** Of "organizations/{organization}/workflows/{workflow}/versions/{version}": "{workflow}". */
export function workflowId(name: string): string {
  return name.split('/')[3] ?? ''
}

/** Of the page of a workflow's version; of the latest when it is undefined. */
export function workflowAddress(path: string, id: string, version?: number): string {
  return `${path}/workflows/${id}${version === undefined ? '' : `?version=${version}`}`
}

/** Of the page that makes the next version out of one. */
export function editAddress(path: string, id: string, version: number): string {
  return `${path}/workflows/${id}/edit?version=${version}`
}

/** A version that an address names; undefined for what is none. */
export function versionFromAddress(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined
}
