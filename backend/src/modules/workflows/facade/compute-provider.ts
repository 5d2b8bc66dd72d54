/** Who may send requests of compute-to-data clients, and in whose name they are done. */
export interface ComputeProvider {
  /** Of the account that signs: "0x" and 40 hexadecimal digits, lower case. */
  readonly address: string
  /** Slug of the organisation that its jobs are of. */
  readonly organization: string
  /** Of the user whose jobs they are, a member of that organisation. */
  readonly email: string
}

const ENTRY = /^(0x[0-9a-fA-F]{40})=([a-z][a-z0-9-]{1,62}):([^\s,:@]+@[^\s,:@]+)$/

/**
 * Reads "ADDRESS=ORGANIZATION:EMAIL, ...": nobody when it is empty.
 *
 * @throws RangeError with a text that ends a sentence that begins with the setting's name
 */
export function computeProviders(text: string): ComputeProvider[] {
  const found = new Map<string, ComputeProvider>()
  for (const entry of text.split(',').map((each) => each.trim())) {
    if (entry === '') continue
    const [, given = '', organization = '', email = ''] = ENTRY.exec(entry) ?? []
    const address = given.toLowerCase()
    if (address === '') {
      throw new RangeError(
        `holds ${JSON.stringify(entry)}, which is not ADDRESS=ORGANIZATION:EMAIL. Write for example 0x${'12'.repeat(20)}=observatory:robot@example.org.`,
      )
    }
    if (found.has(address)) {
      throw new RangeError(`names ${address} twice. A provider's jobs are of one user in one organisation.`)
    }
    found.set(address, { address, organization, email })
  }
  return [...found.values()]
}
