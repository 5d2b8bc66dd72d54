/** The identifier in a dataset's resource name, which a job's ID parameter takes. */
export function datasetId(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
