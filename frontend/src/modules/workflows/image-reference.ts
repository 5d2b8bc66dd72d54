/** A container image, taken apart for people. */
export interface ImageReference {
  /** "registry.example.org:5000"; empty where the image names none. */
  readonly registry: string
  /** "group/name" */
  readonly repository: string
  /** "sha256:…"; empty where there is none. */
  readonly digest: string
}

export function parseImage(image: string): ImageReference {
  const at = image.indexOf('@')
  const path = at === -1 ? image : image.slice(0, at)
  const digest = at === -1 ? '' : image.slice(at + 1)
  const slash = path.indexOf('/')
  const first = slash === -1 ? '' : path.slice(0, slash)
  // As container tools tell a registry from a folder: it has a point or a port, or is this machine.
  const isRegistry = /[.:]/.test(first) || first === 'localhost'
  return { registry: isRegistry ? first : '', repository: isRegistry ? path.slice(slash + 1) : path, digest }
}

/** "sha256:0123456789ab…" */
export function shortDigest(digest: string): string {
  return digest.length > 21 ? `${digest.slice(0, 19)}…` : digest
}
