/** What "measure@2" and "other-lab/measure@2" name. */
export interface AlgorithmReference {
  /** Slug; empty for the organisation that the reference stands in. */
  readonly organization: string
  readonly algorithm: string
  readonly version: number
}

const shape = /^(?:([a-z][a-z0-9-]{1,62})\/)?([a-z][a-z0-9-]{0,62})@([1-9]\d{0,8})$/

/** Undefined for what is none. */
export function parseReference(reference: string): AlgorithmReference | undefined {
  const [, organization = '', algorithm, version] = shape.exec(reference) ?? []
  if (algorithm === undefined) return undefined
  return { organization, algorithm, version: Number(version) }
}

/** Of "organizations/{organization}/algorithms/{algorithm}/versions/{version}". */
export function referenceOf(name: string): AlgorithmReference {
  const [, organization = '', , algorithm = '', , version = '0'] = name.split('/')
  return { organization, algorithm, version: Number(version) }
}

/**
 * Of the page of an algorithm's version.
 *
 * @param path of the pages of the organisation that looks at it: "/o/{slug}"
 * @param name "organizations/{organization}/algorithms/{algorithm}/versions/{version}"
 */
export function algorithmAddress(path: string, name: string): string {
  const { organization, algorithm, version } = referenceOf(name)
  const query = new URLSearchParams({ version: String(version) })
  if (path !== `/o/${organization}`) query.set('of', organization)
  return `${path}/algorithms/${algorithm}?${query}`
}
