/** Query keys of what is known of locations, by organisation (its slug). */
export const locationKeys = {
  /** Everything of one organisation. */
  organization: (organization: string) => ['locations', 'of', organization] as const,
  imports: (organization: string) => ['locations', 'of', organization, 'imports'] as const,
  import: (organization: string, id: string) => ['locations', 'of', organization, 'import', id] as const,
  persons: (organization: string) => ['locations', 'of', organization, 'persons'] as const,
  person: (organization: string, id: string) => ['locations', 'of', organization, 'person', id] as const,
  devices: (organization: string) => ['locations', 'of', organization, 'devices'] as const,
  consents: (organization: string, person: string) =>
    ['locations', 'of', organization, 'consents', person] as const,
  purposes: (organization: string) => ['locations', 'of', organization, 'purposes'] as const,
  policy: (organization: string) => ['locations', 'of', organization, 'policy'] as const,
  looks: (organization: string) => ['locations', 'of', organization, 'looks'] as const,
  /** Of the signed-in user. */
  own: ['locations', 'own'] as const,
  ownPersons: ['locations', 'own', 'persons'] as const,
  ownLooks: ['locations', 'own', 'looks'] as const,
  /** What the operator alone sees. */
  ingest: ['locations', 'ingest'] as const,
}
