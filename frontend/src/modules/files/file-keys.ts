/** Query keys of what is known of files, by organisation (its slug) and file (its UUID). */
export const fileKeys = {
  /** Everything of one organisation. */
  organization: (organization: string) => ['files', 'of', organization] as const,
  lists: (organization: string) => ['files', 'of', organization, 'list'] as const,
  folders: (organization: string) => ['files', 'of', organization, 'folders'] as const,
  file: (organization: string, id: string) => ['files', 'of', organization, 'file', id] as const,
  versions: (organization: string, id: string) => ['files', 'of', organization, 'versions', id] as const,
  events: (organization: string, id: string) => ['files', 'of', organization, 'events', id] as const,
  preview: (organization: string, id: string) => ['files', 'of', organization, 'preview', id] as const,
  usage: (organization: string) => ['files', 'of', organization, 'usage'] as const,
  policies: ['files', 'policies'] as const,
  shared: ['files', 'shared'] as const,
}
