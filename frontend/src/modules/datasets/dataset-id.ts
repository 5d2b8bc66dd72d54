/** The identifier in a dataset's resource name, which a job's ID parameter takes. */
export function datasetId(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** An identifier made of a file's name, as the server would make it; may be empty. */
export function suggestedDatasetId(fileName: string): string {
  return fileName
    .replace(/\.(fits|fit|fts)$/i, '')
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 128)
}
