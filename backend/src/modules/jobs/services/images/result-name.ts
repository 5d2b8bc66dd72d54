/** "survey-tile-1-circle-2": the ID, and shape and place of each way it is cut, safe as a file's name anywhere. */
export function resultBaseName(
  id: string,
  ...cuts: readonly (readonly [shape: string, ordinal: number])[]
): string {
  const plain = id.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 80)
  return [plain, ...cuts.map(([shape, ordinal]) => `${shape}-${ordinal}`)].join('-')
}
