/** What this module needs of the identity module. */
export interface Organizations {
  organizationById(id: string): Promise<Organization | undefined>
}

export interface Organization {
  /** UUIDv7. */
  readonly id: string
  readonly slug: string
  readonly displayName: string
}
