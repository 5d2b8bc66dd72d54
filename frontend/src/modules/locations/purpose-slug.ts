/** What a purpose of this name may be called in addresses and calls; empty where no letter begins it. */
export function purposeSlug(displayName: string): string {
  return displayName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
}

/** As the contract has it. */
export function isPurposeSlug(text: string): boolean {
  return /^[a-z][a-z0-9-]{1,62}$/.test(text)
}
