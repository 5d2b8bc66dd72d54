import { demoAccounts } from '../identity/accounts.ts'
import { developmentToken } from '../identity/token-client.ts'
import { Refusal } from '../refusal.ts'
import { runCommand } from './run-command.ts'
import { runningHome } from './running-home.ts'

/** `npm run --silent token -- USER`: an access token on stdout, and nothing else. */
await runCommand(async () => {
  const usernames = demoAccounts().map(({ username }) => username)
  const username = process.argv[2]
  if (username === undefined || !usernames.includes(username)) {
    throw new Refusal(
      `${username === undefined ? 'A demo user is missing' : `There is no demo user "${username}"`}; name one of ${usernames.join(', ')}, as in: npm run --silent token -- alice`,
    )
  }
  const { home, run } = runningHome(process.env)
  const { developmentGrant } = home.secrets
  process.stdout.write(
    `${await developmentToken({ username, port: run.ports.identity, developmentGrant })}\n`,
  )
  return 0
})
