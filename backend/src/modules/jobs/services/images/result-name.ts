/** "survey-tile-1-circle-2": the ID and the stencil's shape and place, safe as a file's name anywhere. */
export function resultBaseName(id: string, shape: string | undefined, ordinal: number): string {
  const plain = id.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 80)
  return shape === undefined ? plain : `${plain}-${shape}-${ordinal}`
}
