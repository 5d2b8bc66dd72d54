export interface Image {
  /** As manifests name it. */
  readonly name: string
  /** The stage of /Dockerfile. */
  readonly target: string
}

/** What `npm run images` builds. Those for hot reload are built by Skaffold, and have the names of the first two. */
export const images: readonly Image[] = [
  'backend',
  'frontend',
  'agent',
  'tools',
  'example-image-statistics',
  'example-tiles',
].map((target) => ({ name: `fairlead-${target}`, target }))
