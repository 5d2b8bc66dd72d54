import { join } from 'node:path'
import { demoAccounts } from './accounts.ts'
import { createProvider } from './provider.ts'
import { createIdentityServer } from './server.ts'
import { readIdentitySettings } from './settings.ts'
import { signingKey } from './signing-key.ts'
import { Store } from './store.ts'

const settings = readIdentitySettings(process.env)
const accounts = demoAccounts()
const store = new Store(join(settings.folder, 'sessions.json'))
const provider = createProvider(settings, { accounts, key: await signingKey(settings.folder), store })
provider.on('server_error', (_, error) => console.error(error))
const server = createIdentityServer(provider, accounts)
server.listen(settings.port, '127.0.0.1')

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    store.save()
    server.close()
    server.closeAllConnections()
  })
}
