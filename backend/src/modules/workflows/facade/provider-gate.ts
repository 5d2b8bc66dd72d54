import type { DataSource } from 'typeorm'
import type { ComputeProvider } from './compute-provider.ts'
import { OperatorError } from './operator-error.ts'
import { useNonce } from './provider-nonces.ts'
import { signerOf } from './provider-signature.ts'

/** Both ways from now; milliseconds. */
const NONCE_WINDOW_MS = 5 * 60_000

export interface SignedRequest {
  readonly owner: string | undefined
  readonly jobId?: string | undefined
  readonly nonce: string
  readonly providerSignature: string
}

/** Lets requests through that an allowed provider has signed, each once. */
export class ProviderGate {
  readonly #dataSource: DataSource
  readonly #providers: ReadonlyMap<string, ComputeProvider>
  readonly #now: () => number

  constructor(
    dataSource: DataSource,
    providers: ReadonlyMap<string, ComputeProvider>,
    now: () => number = Date.now,
  ) {
    this.#dataSource = dataSource
    this.#providers = providers
    this.#now = now
  }

  /** @throws OperatorError 401 */
  async admit({ owner = '', jobId = '', nonce, providerSignature }: SignedRequest): Promise<ComputeProvider> {
    const text = `${owner}${jobId}${nonce}`
    const address = signerOf(providerSignature, text)
    if (address === undefined) {
      throw new OperatorError(401, 'providerSignature: is no signature. It has 65 bytes, in hexadecimal.')
    }
    const provider = this.#providers.get(address)
    if (provider === undefined) {
      throw new OperatorError(
        401,
        `providerSignature: that of ${address} for ${JSON.stringify(text)}, which is not among the providers that are allowed here. Sign this very text, or ask the operator to allow the provider.`,
      )
    }
    const time = BigInt(nonce)
    const now = BigInt(this.#now())
    const window = BigInt(NONCE_WINDOW_MS)
    if (time < now - window || time > now + window) {
      throw new OperatorError(401, `nonce: must be the time in milliseconds, within 5 minutes of ${now}.`)
    }
    if (!(await useNonce(this.#dataSource, address, time))) {
      throw new OperatorError(401, 'nonce: was used before. Sign each request anew.')
    }
    return provider
  }
}
