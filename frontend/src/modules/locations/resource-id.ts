/** What a resource's name ends in: "organizations/a/persons/{uuid}" -> "{uuid}". */
export function resourceId(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
