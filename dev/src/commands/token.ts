import { demoAccounts } from '../identity/accounts.ts'
import { developmentToken, passwordToken } from '../identity/token-client.ts'
import { Refusal } from '../refusal.ts'
import { runCommand } from './run-command.ts'
import { runningHome } from './running-home.ts'

/**
 * `npm run --silent token -- USER`: an access token on stdout, and nothing else. From FAIRLEAD_OIDC_ISSUER, when that is
 * set: so a deployment for development gives some, too.
 */
await runCommand(async () => {
  const usernames = demoAccounts().map(({ username }) => username)
  const username = process.argv[2]
  if (username === undefined || !usernames.includes(username)) {
    throw new Refusal(
      `${username === undefined ? 'A demo user is missing' : `There is no demo user "${username}"`}; name one of ${usernames.join(', ')}, as in: npm run --silent token -- alice`,
    )
  }
  process.stdout.write(`${await tokenOf(username)}\n`)
  return 0
})

async function tokenOf(username: string): Promise<string> {
  const given = process.env['FAIRLEAD_OIDC_ISSUER'] ?? ''
  if (given !== '') return passwordToken(given, username)
  const { home, run } = runningHome(process.env)
  if (run.issuer !== undefined) return passwordToken(run.issuer, username)
  const { developmentGrant } = home.secrets
  return developmentToken({ username, port: run.ports.identity, developmentGrant })
}
