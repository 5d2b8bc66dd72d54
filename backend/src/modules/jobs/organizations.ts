/** What jobs need to know about organisations. */
export interface Organizations {
  organizationById(id: string): Promise<JobOrganization | undefined>
  organizationBySlug(slug: string): Promise<JobOrganization | undefined>
  /** By id; absent ones are left out. */
  organizationsByIds(ids: readonly string[]): Promise<ReadonlyMap<string, JobOrganization>>
  /** By slug, those after one. */
  organizationsAfter(slug: string, size: number): Promise<readonly JobOrganization[]>
}

export interface JobOrganization {
  readonly id: string
  readonly slug: string
  readonly displayName: string
}
