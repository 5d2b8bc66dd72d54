import { fileRefusal, Refusal } from './refusal.ts'
import { repository } from './repository.ts'
import { Console } from './supervisor/console.ts'
import type { Environment } from './supervisor/environment.ts'
import { accountsTable, Supervisor } from './supervisor/supervisor.ts'

const mode = process.argv[2] === 'dev' ? 'dev' : 'start'
const console = new Console(process.stdout, process.env)

/** Two signals within this time are one Ctrl-C that came by two ways (terminal and npm). */
const sameSignalMs = 400
const hastyGraceMs = 500

async function main(): Promise<number> {
  const supervisor = new Supervisor({ env: process.env, mode, console })
  const stopped = stopOnSignal(supervisor)
  try {
    console.line(`Fairlead starts (state in ${supervisor.home.folder.replace(`${repository}/`, '')})`)
    announce(await supervisor.start())
  } catch (error) {
    const asked = supervisor.stopping.aborted && stopAsked
    console.close()
    if (!asked) await supervisor.stop(hastyGraceMs)
    if (!asked) throw error
  }
  return stopped
}

let stopAsked = false

/** Resolves with the exit code once everything has stopped. */
function stopOnSignal(supervisor: Supervisor): Promise<number> {
  return new Promise((resolve, reject) => {
    let since = 0
    const stop = () => {
      const now = performance.now()
      if (stopAsked && now - since < sameSignalMs) return
      since = now
      const hasty = stopAsked
      stopAsked = true
      console.close()
      console.line(
        hasty ? 'Ending everything at once …' : 'Stopping … (Ctrl-C again ends everything at once)',
      )
      supervisor.stop(hasty ? hastyGraceMs : undefined).then(() => {
        if (!hasty) console.line('Fairlead has stopped.')
        resolve(0)
      }, reject)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
    // npm or the launcher is gone.
    process.on('disconnect', stop)
  })
}

function announce({ url, issuer, embeddedIdentity }: Environment): void {
  console.line()
  if (embeddedIdentity) {
    console.line('Demo accounts, for this machine only:')
    for (const row of accountsTable()) console.line(`  ${row}`)
  } else {
    console.line(`Sign in with an account of ${issuer}.`)
  }
  console.line()
  console.line('Ctrl-C stops everything.')
  console.line(`Fairlead is ready at ${url}`)
  process.send?.({ ready: url })
}

try {
  process.exitCode = await main()
} catch (error) {
  const known = fileRefusal(error, 'a file')
  if (!(known instanceof Refusal)) throw error
  process.stderr.write(`${known.message}\n`)
  process.exitCode = 1
} finally {
  if (process.connected) process.disconnect()
}
process.exit()
