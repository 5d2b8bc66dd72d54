import { invalidField } from '../errors/domain-error.ts'

/** The paths of an update mask (AIP-161); INVALID_ARGUMENT that names one that is none of those that can be set. */
export function parseUpdateMask<Path extends string>(
  paths: readonly string[],
  updatePaths: readonly Path[],
): ReadonlySet<Path> {
  const wayOut = `It may name ${updatePaths.join(', ')}.`
  if (paths.length === 0) throw invalidField('update_mask', `names nothing to set. ${wayOut}`)
  const known = paths.map((path) => {
    const found = updatePaths.find((each) => each === path)
    if (found !== undefined) return found
    throw invalidField('update_mask', `"${path.slice(0, 100)}" cannot be set. ${wayOut}`)
  })
  return new Set(known)
}
