import { RegistrationError } from './registration-error.ts'

/** What a dataset's identifier looks like; the pattern in datasets.proto. */
const DATASET_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/
const EXTENSION = /\.(fits|fit|fts)$/i
const PACKED = /\.(fits|fit|fts)\.(gz|z|bz2|xz|zst|fz)$/i

export function isDatasetId(id: string): boolean {
  return DATASET_ID.test(id)
}

/** Whether a folder's file is meant to be an image, packed ones included: those deserve a word. */
export function looksLikeFits(fileName: string): boolean {
  return EXTENSION.test(fileName) || PACKED.test(fileName)
}

/** The file's name without its extension. Throws RegistrationError with the way out. */
export function datasetIdOf(fileName: string): string {
  refusePacked(fileName)
  const id = fileName.replace(EXTENSION, '')
  if (isDatasetId(id)) return id
  throw new RegistrationError(
    `"${id}" cannot be an identifier: letters, digits, ".", "_" and "-" only, 1 to 128 of them, a letter or digit first. ` +
      'Rename the file or name an identifier with --id.',
  )
}

/** Parts of a packed file cannot be read by their place in the image. */
export function refusePacked(fileName: string): void {
  if (!PACKED.test(fileName)) return
  const unpack = /\.fz$/i.test(fileName)
    ? 'funpack'
    : /\.(gz|z)$/i.test(fileName)
      ? 'gunzip'
      : 'the program that packed it'
  throw new RegistrationError(
    `It is compressed, and jobs read files by byte range, which needs it uncompressed: unpack it with ${unpack} and register the result.`,
  )
}
