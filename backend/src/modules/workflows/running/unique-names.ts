/** Of one segment of a path; file systems take 255 bytes, and a mark of the place may come in front. */
const NAME_MAX_BYTES = 200

/**
 * Names as files of one folder, in the order given: what no file system takes is replaced, and of those that would be
 * the same the later ones get their place in front. Names that differ in case alone count as the same: not every file
 * system tells them apart.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name, position) => {
    const plain = plainName(name)
    let unique = plain
    for (let place = position + 1; taken.has(unique.toLowerCase()); place += 1) unique = `${place}-${plain}`
    taken.add(unique.toLowerCase())
    return unique
  })
}

function plainName(name: string): string {
  // Separators of either kind, what controls terminals, and halves of characters.
  const safe = name
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/gu, '_')
  const short = lastBytes(safe, NAME_MAX_BYTES)
  return /^\.*$/.test(short) ? '_' : short.replace(/^[.-]/, '_')
}

/** The end of a name, with what tells its type, where it is too long. */
function lastBytes(text: string, maxBytes: number): string {
  let kept = text
  while (Buffer.byteLength(kept) > maxBytes) kept = [...kept].slice(1).join('')
  return kept
}
