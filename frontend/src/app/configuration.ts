export interface DemoAccount {
  readonly username: string
  readonly displayName: string
  readonly organization: string
  readonly role: string
}

/** What the pages' server says about this installation at /config.json. */
export interface Configuration {
  readonly issuer: string
  readonly clientId: string
  /** To ask the issuer for, separated by spaces. */
  readonly scopes: string
  readonly development: boolean
  /** Accounts of the development issuer, whose password is the username; empty elsewhere. */
  readonly demoAccounts: readonly DemoAccount[]
  /** Of the calls of a page, the share that is traced; absent where none are. */
  readonly tracesRatio?: number
}

export async function loadConfiguration(): Promise<Configuration> {
  const response = await fetch('/config.json', { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(`/config.json answered ${response.status}`)
  return (await response.json()) as Configuration
}
