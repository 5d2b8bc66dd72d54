/** Where the agent of a container asks; its listener serves nothing else. */
export const CONTAINERS_PATH = '/staging/v1/containers/'

export type ContainerRequest =
  | { readonly kind: 'inputs'; readonly number: number }
  | { readonly kind: 'input'; readonly number: number; readonly position: number }
  | { readonly kind: 'output'; readonly number: number; readonly path: string }
  | { readonly kind: 'forget'; readonly number: number }
  | { readonly kind: 'failure'; readonly number: number }

/** What a request is for, by its method and its path as it arrives; undefined for anything else. */
export function containerRequest(method: string, url: string): ContainerRequest | undefined {
  if (!url.startsWith(CONTAINERS_PATH) || url.includes('?')) return undefined
  const [first = '', what, ...rest] = url.slice(CONTAINERS_PATH.length).split('/')
  const number = wholeNumber(first)
  if (number === undefined) return undefined
  if (method === 'GET' && what === undefined) return { kind: 'inputs', number }
  if (method === 'GET' && what === 'inputs' && rest.length === 1) {
    const position = wholeNumber(rest[0] ?? '')
    return position === undefined ? undefined : { kind: 'input', number, position }
  }
  if (method === 'DELETE' && what === 'outputs' && rest.length === 0) return { kind: 'forget', number }
  if (method === 'POST' && what === 'failure' && rest.length === 0) return { kind: 'failure', number }
  if (method === 'PUT' && what === 'outputs' && rest.length > 0) {
    const path = decoded(rest)
    return path === undefined ? undefined : { kind: 'output', number, path }
  }
  return undefined
}

export function inputUrl(number: number, position: number): string {
  return `${CONTAINERS_PATH}${number}/inputs/${position}`
}

function wholeNumber(text: string): number | undefined {
  return /^(0|[1-9]\d{0,6})$/.test(text) ? Number(text) : undefined
}

/** Undefined for what is no UTF-8, or a name with "/" in it. */
function decoded(segments: readonly string[]): string | undefined {
  try {
    const names = segments.map((segment) => decodeURIComponent(segment))
    return names.some((name) => name.includes('/')) ? undefined : names.join('/')
  } catch {
    return undefined
  }
}
